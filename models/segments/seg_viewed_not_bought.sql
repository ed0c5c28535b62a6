{# Who looked at a product lately and has not bought that product since (G8)? #}
with

events as (

    select
        customer_id,
        product_id,
        occurred_at
    from {{ ref('customer_events') }}
    where
        event_kind = 'view'
        and product_id is not null

),

purchases as (

    select * from {{ ref('int_segments__products_bought') }}

),

walk as (

    select
        customer_id,
        product_id,
        occurred_at,
        1 as is_view
    from events

    union all

    select
        customer_id,
        product_id,
        ordered_at as occurred_at,
        0 as is_view
    from purchases

),

walked as (

    select
        walk.*,
        min(case when is_view = 0 then occurred_at end) over (
            partition by
                customer_id,
                product_id
            order by occurred_at
            range between current row and unbounded following
        ) as bought_at
    from walk

),

windows as (

    select
        customer_id,
        occurred_at as starts_at,
        least(
            {{ add_days('occurred_at', threshold_count('viewed_not_bought', 'window_days')) }},
            coalesce(bought_at, {{ far_future() }})
        ) as ends_at,
        'viewed product ' || product_id as reason
    from walked
    where is_view = 1

)

select * from ({{ spells('windows') }}) as spells
