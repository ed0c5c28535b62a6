{# Who was active once and has bought nothing for half a year (G4)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select * from {{ of_touched('int_segments__purchases_walked') }}

),

activity as (

    select
        purchases.*,
        max(case when {{ seconds_between('ordered_at', 'next_ordered_at') }} < 86400 * {{ threshold_count('lost', 'active_window_days') }} then 1 else 0 end) over (
            partition by customer_id
            order by purchase_number
            rows between unbounded preceding and 1 preceding
        ) as was_active
    from purchases

),

windows as (

    select
        customer_id,
        {{ add_days('ordered_at', threshold_count('lost', 'silent_days')) }} as starts_at,
        coalesce(next_ordered_at, {{ far_future() }}) as ends_at,
        'nothing since ' || purchase as reason,
        'purchase ' || next_purchase as ended_by
    from activity
    where was_active = 1

)

select * from ({{ spells('windows', 'lost') }}) as spells
