{# Who bought often enough from a category, or was busy with it on enough days (G13)? One customer may like several. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

days as (

    select * from {{ of_touched('int_segments__category_days') }}

),

purchases as (

    select * from {{ of_touched('int_segments__category_purchases') }}

),

items as (

    select
        customer_id,
        category,
        0 as purchase_count,
        1 as day_count,
        first_at as happened_at
    from days

    union all

    select
        customer_id,
        category,
        1 as purchase_count,
        0 as day_count,
        ordered_at as happened_at
    from purchases

),

{# who never had enough need not be followed through time #}
candidates as (

    select
        customer_id,
        category
    from items
    group by
        customer_id,
        category
    having
        sum(purchase_count) >= {{ threshold_count('category_affinity', 'min_orders') }}
        or sum(day_count) >= {{ threshold_count('category_affinity', 'min_days') }}

),

followed as (

    select items.*
    from items
    inner join candidates
        on items.customer_id = candidates.customer_id
        and items.category = candidates.category

),

steps as (

    select
        customer_id,
        category,
        purchase_count,
        day_count,
        happened_at as counted_at
    from followed

    union all

    select
        customer_id,
        category,
        -purchase_count as purchase_count,
        -day_count as day_count,
        {{ add_days('happened_at', threshold_count('category_affinity', 'window_days')) }} as counted_at
    from followed

),

stepped as (

    select
        customer_id,
        category,
        counted_at,
        sum(purchase_count) as purchase_count,
        sum(day_count) as day_count
    from steps
    group by
        customer_id,
        category,
        counted_at

),

walked as (

    select
        customer_id,
        category,
        counted_at as starts_at,
        coalesce(
            lead(counted_at) over (
                partition by
                    customer_id,
                    category
                order by counted_at
            ),
            {{ far_future() }}
        ) as ends_at,
        sum(purchase_count) over (
            partition by
                customer_id,
                category
            order by counted_at
            rows between unbounded preceding and current row
        ) as purchases,
        sum(day_count) over (
            partition by
                customer_id,
                category
            order by counted_at
            rows between unbounded preceding and current row
        ) as days
    from stepped

),

windows as (

    select
        customer_id,
        category as value,
        starts_at,
        ends_at,
        case
            when purchases >= {{ threshold_count('category_affinity', 'min_orders') }} then 'often bought from ' || category
            else 'often busy with ' || category
        end as reason
    from walked
    where
        purchases >= {{ threshold_count('category_affinity', 'min_orders') }}
        or days >= {{ threshold_count('category_affinity', 'min_days') }}

)

select * from ({{ spells('windows', 'category_affinity', by_value=true, ended_by="'too little of it within ' || " ~ threshold_count('category_affinity', 'window_days') ~ " || ' days'") }}) as spells
