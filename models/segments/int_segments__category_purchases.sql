{# From which categories each customer bought, purchase by purchase. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

lines as (

    select * from {{ of_touched('customer_order_lines') }}
    where
        customer_id is not null
        and category is not null
        and is_purchase

),

summed as (

    select
        ---------- ids
        customer_id,
        source || '/' || order_id as purchase,

        ---------- strings
        category,

        ---------- numbers
        sum(coalesce(quantity, 0)) as items,

        ---------- timestamps
        min(ordered_at) as ordered_at
    from lines
    group by
        customer_id,
        source || '/' || order_id,
        category

)

select * from summed
