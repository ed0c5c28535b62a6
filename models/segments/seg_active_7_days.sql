{# Who did something of their own accord within the last days (G11)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

events as (

    select
        customer_id,
        event_name,
        occurred_at
    from {{ of_touched('customer_events') }}
    where is_own_act

),

quarters as (

    select * from {{ of_touched('int_segments__quarters_acted') }}

),

{# within a quarter of an hour nobody leaves, so its first and its last act tell all #}
windows as (

    select
        customer_id,
        first_acted_at as starts_at,
        {{ add_days('last_acted_at', threshold_count('active_7_days', 'window_days')) }} as ends_at,
        'acted' as reason
    from quarters

),

merged as (

    {{ spells('windows', 'active_7_days', ended_by=threshold_count('active_7_days', 'window_days') ~ " || ' days without an act'") }}

),

opening_acts as (

    select
        events.customer_id,
        events.occurred_at,
        min({{ binary_order('events.event_name') }}) as event_name
    from events
    inner join merged
        on events.customer_id = merged.customer_id
        and events.occurred_at = merged.entered_at
    group by
        events.customer_id,
        events.occurred_at

),

told as (

    select
        merged.customer_id,
        merged.segment,
        merged.value,
        opening_acts.event_name as reason,
        merged.exit_reason,
        merged.entered_at,
        merged.left_at
    from merged
    inner join opening_acts
        on merged.customer_id = opening_acts.customer_id
        and merged.entered_at = opening_acts.occurred_at

)

select * from told
