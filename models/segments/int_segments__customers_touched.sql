{# Whose segments a renewal works out again: customers with an event, an order, a line or a cart that came, went or changed, and those of whom the profile
   says something else. Time alone touches nobody: a spell knows its end, and the ones to come are known too.
   Empty where everything is made anew. #}
with

event_changes as (

    select * from {{ changes_of('customer_events') }}

),

order_changes as (

    select * from {{ changes_of('customer_orders') }}

),

line_changes as (

    select * from {{ changes_of('customer_order_lines') }}

),

cart_changes as (

    select * from {{ changes_of('customer_cart_items') }}

),

told_changes as (

    select * from {{ changes_of('int_segments__customers_told') }}

),

touched as (

    {%- for name in ['event', 'order', 'line', 'cart', 'told'] %}
    select customer_id from {{ name }}_changes
    where customer_id is not null
    {%- if not loop.last %}

    union
    {% endif %}
    {%- endfor %}

)

select customer_id from touched
