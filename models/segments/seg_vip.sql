{# Whose spend and average basket over the window are both high (G5)? Money is net of returns, in the base currency. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

orders as (

    select * from {{ of_touched('customer_orders') }}

),

walked as (

    {{ orders_over_window('orders', threshold_count('vip', 'window_days')) }}

),

windows as (

    select
        customer_id,
        starts_at,
        ends_at,
        'spend of the window reached ' || cast(cast(spend as numeric(18, 2)) as {{ dbt.type_string() }}) as reason,
        next_fact as ended_by
    from walked
    where
        purchases > 0
        and spend > {{ threshold('vip', 'min_spend_amount') }}
        and spend >= purchases * {{ threshold('vip', 'min_average_basket_amount') }}

)

select * from ({{ spells('windows', 'vip') }}) as spells
