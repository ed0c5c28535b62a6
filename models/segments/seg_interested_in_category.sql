{# Who showed interest in a category on several days lately, and has never bought from it (G7)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

days as (

    select * from {{ of_touched('int_segments__category_days') }}

),

purchases as (

    select * from {{ of_touched('int_segments__category_purchases') }}

),

first_purchases as (

    select
        customer_id,
        category,
        min(ordered_at) as first_bought_at
    from purchases
    group by
        customer_id,
        category

),

numbered as (

    select
        days.*,
        lag(first_at, {{ threshold_count('interested_in_category', 'min_days') }} - 1) over (
            partition by
                customer_id,
                category
            order by first_at
        ) as earliest_at
    from days

),

{# from the day that makes the count full, until the earliest of those counted leaves the window #}
windows as (

    select
        numbered.customer_id,
        numbered.category as value,
        numbered.first_at as starts_at,
        least(
            {{ add_days('numbered.earliest_at', threshold_count('interested_in_category', 'window_days')) }},
            coalesce(first_purchases.first_bought_at, {{ far_future() }})
        ) as ends_at,
        'interested in ' || numbered.category as reason,
        case
            when first_purchases.first_bought_at <= {{ add_days('numbered.earliest_at', threshold_count('interested_in_category', 'window_days')) }}
                then 'bought from ' || numbered.category
            else 'too few days of interest within ' || {{ threshold_count('interested_in_category', 'window_days') }} || ' days'
        end as ended_by
    from numbered
    left join first_purchases
        on numbered.customer_id = first_purchases.customer_id
        and numbered.category = first_purchases.category
    where numbered.earliest_at is not null

)

select * from ({{ spells('windows', 'interested_in_category', by_value=true) }}) as spells
