{# From which category each customer buys most often, over the window of RFM (G20). #}
{{ config(
    materialized='renewed',
    touched='int_profiles__buyers_touched',
    touched_keys=['customer_id'],
) }}
with

lines as (

    select * from {{ touched('customer_order_lines', by='int_profiles__buyers_touched', keys=['customer_id']) }}
    where
        customer_id is not null
        and category is not null
        and is_purchase
        and ordered_at > {{ add_days(as_of(), '-' ~ profile_count('rfm', 'window_days')) }}

),

counted as (

    select
        customer_id,
        category,
        count(distinct source || '/' || order_id) as purchase_count,
        sum(quantity) as items,
        max(ordered_at) as last_ordered_at
    from lines
    group by
        customer_id,
        category

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
