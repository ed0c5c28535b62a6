{# Whose purchases a renewal measures again: customers with an order or a line that came, went or changed, and those of whom time alone took a purchase out of the window
   of RFM. Empty where everything is made anew. #}
with

order_changes as (

    select * from {{ changes_of('customer_orders') }}
    where customer_id is not null

),

line_changes as (

    select * from {{ changes_of('customer_order_lines') }}
    where customer_id is not null

),

orders as (

    select * from {{ ref('customer_orders') }}
    where customer_id is not null

),

touched as (

    select customer_id from order_changes

    union

    select customer_id from line_changes

    union

    select orders.customer_id
    from orders
    where {{ aged('orders.ordered_at', [profile_count('rfm', 'window_days')]) }}

)

select customer_id from touched
