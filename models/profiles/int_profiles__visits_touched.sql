{# Whose visits with a cart a renewal tells again: customers with an event of a cart, a checkout or an order that came, went or changed, and those of whom a visit or an
   order did. Empty where everything is made anew. #}
with

event_changes as (

    select * from {{ changes_of('customer_events') }}
    where event_kind in ('cart', 'checkout', 'order')

),

session_changes as (

    select * from {{ changes_of('customer_sessions') }}

),

order_changes as (

    select * from {{ changes_of('customer_orders') }}
    where customer_id is not null

),

touched as (

    select customer_id from event_changes

    union

    select customer_id from session_changes

    union

    select customer_id from order_changes

)

select customer_id from touched
