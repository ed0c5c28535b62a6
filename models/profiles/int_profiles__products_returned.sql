{# Which products a customer gave back, and when: refunded lines, lines of orders refunded whole, and returns at the counter. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__orders_touched',
    touched_keys=['source', 'order_id'],
) }}
with

lines as (

    select * from {{ touched('customer_order_lines', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}
    where
        customer_id is not null
        and product_id is not null

),

orders as (

    select * from {{ touched('customer_orders', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}

),

refunds as (

    select * from {{ touched('int_profiles__refunds_told', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}

),

refunded_lines as (

    select
        lines.customer_id,
        lines.product_id,
        lines.source,
        lines.order_id,
        refunds.refunded_at as returned_at
    from refunds
    inner join lines
        on refunds.order_id = lines.order_id
        and refunds.order_line_id = lines.line_id
        and lines.source = 'shop'

),

{# a refund that names no line is about every product only where all the money went back #}
lineless_refunds as (

    select
        order_id,
        min(refunded_at) as returned_at
    from refunds
    where order_line_id is null
    group by order_id

),

whole_orders as (

    select
        lines.customer_id,
        lines.product_id,
        lines.source,
        lines.order_id,
        lineless_refunds.returned_at
    from lineless_refunds
    inner join orders
        on lineless_refunds.order_id = orders.order_id
        and orders.source = 'shop'
        and orders.refunded_amount >= orders.gross_amount
    inner join lines
        on orders.order_id = lines.order_id
        and orders.source = lines.source

),

counter_returns as (

    select
        customer_id,
        product_id,
        source,
        order_id,
        ordered_at as returned_at
    from lines
    where
        source = 'pos'
        and kind = 'return'

),

unioned as (

    select * from refunded_lines

    union all

    select * from whole_orders

    union all

    select * from counter_returns

),

returned as (

    select
        ---------- ids
        customer_id,
        product_id,
        order_id,

        ---------- strings
        source,

        ---------- timestamps
        min(returned_at) as returned_at
    from unioned
    group by
        customer_id,
        product_id,
        order_id,
        source

)

select * from returned
