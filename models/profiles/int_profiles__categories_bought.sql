{# From which category each customer buys most often, over the window of RFM (G20). #}
with

lines as (

    select * from {{ ref('customer_order_lines') }}
    where
        customer_id is not null
        and is_purchase
        and ordered_at > {{ add_days(as_of(), '-' ~ profile_count('rfm', 'window_days')) }}

),

products as (

    select * from {{ ref('stg_shop__products') }}
    where category is not null

),

counted as (

    select
        lines.customer_id,
        products.category,
        count(distinct lines.source || '/' || lines.order_id) as purchase_count,
        sum(lines.quantity) as items,
        max(lines.ordered_at) as last_ordered_at
    from lines
    inner join products on lines.product_id = products.product_id
    group by
        lines.customer_id,
        products.category

),

ranked as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        category,

        ---------- numbers
        purchase_count,
        row_number() over (
            partition by customer_id
            order by
                purchase_count desc,
                items desc,
                last_ordered_at desc,
                {{ binary_order('category') }} asc
        ) as place
    from counted

)

select * from ranked
where place = 1
