{# How large is a customer's average basket: high, mid or low (G20)? Net spend of the window by its purchases, in base currency. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

orders as (

    select * from {{ of_touched('customer_orders') }}

),

walked as (

    {{ orders_over_window('orders', threshold_count('basket', 'window_days')) }}

),

windows as (

    select
        customer_id,
        case
            when spend >= purchases * {{ threshold('basket_high', 'min_average_basket_amount') }} then 'basket_high'
            when spend >= purchases * {{ threshold('basket_mid', 'min_average_basket_amount') }} then 'basket_mid'
            else 'basket_low'
        end as segment,
        starts_at,
        ends_at,
        fact as reason,
        next_fact as ended_by
    from walked
    where purchases > 0

)

select * from ({{ spells('windows') }}) as spells
