{# What lies in each customer's cart now, at most 30 days old. #}
with

items as (

    select * from {{ ref('customer_cart_items') }}

),

still_open as (

    select
        customer_id,
        product_id,
        coalesce(amount_base, 0) as amount_base,
        added_at
    from items
    where
        ending = 'open'
        and added_at > {{ add_days(as_of(), -30) }}

)

select * from still_open
