{# What lies in each customer's cart now, no older than var open_cart_days. #}
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
        and renewed_at is null
        and added_at > {{ add_days(as_of(), -var('open_cart_days')) }}

)

select * from still_open
