{# What the lines of an order or a receipt add up to: pieces, and money where the head names none. A view, since a renewal sums those of touched
   orders alone (view_of_orders). #}
with

order_lines as (

    select * from {{ ref('stg_shop__order_lines') }}

),

receipt_lines as (

    select * from {{ ref('stg_pos__receipt_lines') }}

),

lines as (

    select
        'shop' as source,
        order_id,
        quantity,
        {{ exact_product('quantity', 'unit_price') }} - coalesce(discount_amount, 0) as line_amount
    from order_lines

    union all

    select
        'pos' as source,
        receipt_id as order_id,
        quantity,
        {{ exact_product('quantity', 'unit_price') }} - coalesce(discount_amount, 0) as line_amount
    from receipt_lines

),

summed as (

    select
        source,
        order_id,
        cast(sum(quantity) as numeric(18, 3)) as items,
        {{ round_decimal('sum(line_amount)', 12, 4) }} as line_amount
    from lines
    group by
        source,
        order_id

)

select * from summed
