{# Who did something of their own accord within the last days (G11)? #}
with

events as (

    select
        customer_id,
        occurred_at,
        event_name
    from {{ ref('customer_events') }}
    where is_own_act

),

windows as (

    select
        customer_id,
        occurred_at as starts_at,
        {{ add_days('occurred_at', threshold_count('active_7_days', 'window_days')) }} as ends_at,
        event_name as reason
    from events

)

select * from ({{ spells('windows') }}) as spells
