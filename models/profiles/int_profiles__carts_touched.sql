{# Whose carts a renewal walks through again: customers with an event of a cart or an order that came, went or changed. Empty where everything is made anew. #}
with

changes as (

    select * from {{ changes_of('customer_events') }}

)

select distinct customer_id from changes
where event_kind in ('cart', 'cart_removal', 'order')
