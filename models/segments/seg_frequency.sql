{# How often does a customer buy: high, mid or low (G20)? By purchases of the window. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
{% set levels = ['frequency_high', 'frequency_mid', 'frequency_low'] -%}

with

orders as (

    select * from {{ of_touched('customer_orders') }}

),

walked as (

    {{ orders_over_window('orders', threshold_count('frequency', 'window_days')) }}

),

windows as (

    select
        customer_id,
        case
            {%- for level in levels %}
            when purchases >= {{ threshold_count(level, 'min_orders') }} then '{{ level }}'
            {%- endfor %}
        end as segment,
        starts_at,
        ends_at,
        fact as reason,
        next_fact as ended_by
    from walked
    where purchases >= {{ threshold_count('frequency_low', 'min_orders') }}

)

select * from ({{ spells('windows') }}) as spells
