{# The purchases of each customer in order, each with what was known when it happened: the facts that the lifecycle segments stand on. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select
        order_id,
        source,
        customer_id,
        ordered_at
    from {{ of_touched('customer_orders') }}
    where
        is_purchase
        and customer_id is not null

),

numbered as (

    select
        customer_id,
        source || '/' || order_id as purchase,
        ordered_at,
        row_number() over (
            partition by customer_id
            order by ordered_at, {{ binary_order('source') }}, {{ binary_order('order_id') }}
        ) as purchase_number,
        min(ordered_at) over (partition by customer_id) as first_ordered_at
    from purchases

),

walked as (

    select
        numbered.*,
        lead(ordered_at) over (
            partition by customer_id
            order by purchase_number
        ) as next_ordered_at,
        lead(purchase) over (
            partition by customer_id
            order by purchase_number
        ) as next_purchase
    from numbered

)

select * from walked
