{# Which regular buyers have been silent (G3), and are not lost yet? Regular: enough purchases, often enough on average. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select * from {{ of_touched('int_segments__purchases_walked') }}

),

regular as (

    select *
    from purchases
    where
        purchase_number >= {{ threshold_count('at_risk', 'min_orders') }}
        and {{ seconds_between('first_ordered_at', 'ordered_at') }}
        <= (purchase_number - 1) * 86400 * {{ threshold_count('at_risk', 'max_mean_gap_days') }}

),

windows as (

    select
        customer_id,
        {{ add_days('ordered_at', threshold_count('at_risk', 'silent_days')) }} as starts_at,
        least(
            coalesce(next_ordered_at, {{ far_future() }}),
            {{ add_days('ordered_at', threshold_count('lost', 'silent_days')) }}
        ) as ends_at,
        'nothing since ' || purchase as reason,
        case
            when next_ordered_at <= {{ add_days('ordered_at', threshold_count('lost', 'silent_days')) }} then 'purchase ' || next_purchase
            else {{ threshold_count('lost', 'silent_days') }} || ' days without a purchase'
        end as ended_by
    from regular

)

select * from ({{ spells('windows', 'at_risk') }}) as spells
