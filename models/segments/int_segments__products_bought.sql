{# Which products a customer bought, and when. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

lines as (

    select * from {{ of_touched('customer_order_lines') }}

),

bought as (

    select distinct
        customer_id,
        product_id,
        ordered_at
    from lines
    where
        customer_id is not null
        and product_id is not null
        and is_purchase

)

select * from bought
