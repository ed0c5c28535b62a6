{# From which category does a customer buy most often (G20)? The most purchases of the window; then the most pieces, the newest purchase, the name. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select * from {{ of_touched('int_segments__category_purchases') }}

),

{# a category that was never bought from often enough can never be the preferred one #}
candidates as (

    select
        customer_id,
        category
    from purchases
    group by
        customer_id,
        category
    having count(*) >= {{ threshold_count('prefers_category', 'min_orders') }}

),

followed as (

    select purchases.*
    from purchases
    inner join candidates
        on purchases.customer_id = candidates.customer_id
        and purchases.category = candidates.category

),

steps as (

    select
        customer_id,
        category,
        1 as purchase_count,
        items,
        ordered_at,
        ordered_at as counted_at
    from followed

    union all

    select
        customer_id,
        category,
        -1 as purchase_count,
        -items as items,
        cast(null as timestamp) as ordered_at,
        {{ add_days('ordered_at', threshold_count('prefers_category', 'window_days')) }} as counted_at
    from followed

),

stepped as (

    select
        customer_id,
        category,
        counted_at,
        sum(purchase_count) as purchase_count,
        sum(items) as items,
        max(ordered_at) as ordered_at
    from steps
    group by
        customer_id,
        category,
        counted_at

),

moments as (

    select distinct
        customer_id,
        counted_at
    from stepped

),

periods as (

    select
        moments.*,
        coalesce(
            lead(counted_at) over (
                partition by customer_id
                order by counted_at
            ),
            {{ far_future() }}
        ) as ends_at
    from moments

),

{# at every moment at which anything changes, every category of the customer is compared #}
compared as (

    select
        periods.customer_id,
        candidates.category,
        periods.counted_at,
        periods.ends_at,
        coalesce(stepped.purchase_count, 0) as purchase_count,
        coalesce(stepped.items, 0) as items,
        stepped.ordered_at
    from periods
    inner join candidates on periods.customer_id = candidates.customer_id
    left join stepped
        on periods.customer_id = stepped.customer_id
        and candidates.category = stepped.category
        and periods.counted_at = stepped.counted_at

),

summed as (

    select
        customer_id,
        category,
        counted_at,
        ends_at,
        sum(purchase_count) over (
            partition by
                customer_id,
                category
            order by counted_at
            rows between unbounded preceding and current row
        ) as purchases,
        sum(items) over (
            partition by
                customer_id,
                category
            order by counted_at
            rows between unbounded preceding and current row
        ) as items,
        max(ordered_at) over (
            partition by
                customer_id,
                category
            order by counted_at
            rows between unbounded preceding and current row
        ) as last_ordered_at
    from compared

),

ranked as (

    select
        customer_id,
        category,
        counted_at,
        ends_at,
        row_number() over (
            partition by
                customer_id,
                counted_at
            order by
                purchases desc,
                items desc,
                last_ordered_at desc,
                {{ binary_order('category') }} asc
        ) as place
    from summed
    where purchases >= {{ threshold_count('prefers_category', 'min_orders') }}

),

windows as (

    select
        customer_id,
        category as value,
        counted_at as starts_at,
        ends_at,
        'bought most often from ' || category as reason
    from ranked
    where place = 1

)

select * from ({{ spells('windows', 'prefers_category', by_value=true, ended_by="'no longer the category bought from most often'") }}) as spells
