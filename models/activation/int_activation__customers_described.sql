{# What destinations are told of a customer beside contact data: segments and a few facts of the profile. #}
with

customers as (

    select * from {{ ref('customers') }}

),

segments as (

    select * from {{ ref('customer_segments') }}

),

described as (

    select
        ---------- ids
        customers.customer_id,
        customers.last_viewed_product_id,

        ---------- strings
        coalesce(segments.segments, '') as segments,
        customers.city,
        customers.country,

        ---------- numbers
        customers.orders_count,
        customers.lifetime_value_amount,
        customers.open_cart_amount,

        ---------- dates
        cast(customers.last_ordered_at as date) as last_ordered_on
    from customers
    left join segments on customers.customer_id = segments.customer_id

)

select * from described
