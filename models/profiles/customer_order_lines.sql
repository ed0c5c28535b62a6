{# What was bought, line by line: the products of every order and counter sale of a customer. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__orders_touched',
    touched_keys=['source', 'order_id'],
    keys=['source', 'order_id', 'line_id'],
) }}
with

customer_orders as (

    select * from {{ touched('customer_orders', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}

),

order_lines as (

    select * from {{ tekil.view_of_orders('stg_shop__order_lines') }}

),

receipt_lines as (

    select * from {{ tekil.view_of_orders('stg_pos__receipt_lines') }}

),

products as (

    select * from {{ ref('stg_shop__products') }}

),

lines as (

    select
        'shop' as source,
        order_id,
        order_line_id as line_id,
        product_id,
        quantity,
        {{ round_decimal(exact_product('quantity', 'unit_price') ~ ' - coalesce(discount_amount, 0)', 12, 4) }} as line_amount
    from order_lines

    union all

    select
        'pos' as source,
        receipt_id as order_id,
        line_no as line_id,
        product_id,
        quantity,
        {{ round_decimal(exact_product('quantity', 'unit_price') ~ ' - coalesce(discount_amount, 0)', 12, 4) }} as line_amount
    from receipt_lines

),

joined as (

    select
        ---------- ids
        lines.order_id,
        lines.line_id,
        customer_orders.customer_id,
        lines.product_id,

        ---------- strings
        customer_orders.source,
        customer_orders.kind,
        customer_orders.currency,
        products.category,

        ---------- numbers
        cast(lines.quantity as numeric(18, 3)) as quantity,
        lines.line_amount,

        ---------- booleans
        customer_orders.is_purchase,

        ---------- timestamps
        customer_orders.ordered_at
    from lines
    inner join customer_orders
        on lines.source = customer_orders.source
        and lines.order_id = customer_orders.order_id
    left join products on lines.product_id = products.product_id

)

select * from joined
