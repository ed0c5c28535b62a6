{# Who looked at a category and put something of it in the cart, both lately, and has bought nothing of it since (G6)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

events as (

    select
        customer_id,
        category,
        event_kind,
        occurred_at
    from {{ of_touched('customer_events') }}
    where
        category is not null
        and event_kind in ('view', 'category_view', 'cart')

),

purchases as (

    select * from {{ of_touched('int_segments__category_purchases') }}

),

pairs as (

    select distinct
        customer_id,
        category
    from events
    where event_kind = 'cart'

),

walk as (

    select
        events.customer_id,
        events.category,
        case when events.event_kind = 'cart' then 'cart' else 'look' end as mark,
        events.occurred_at
    from events
    inner join pairs
        on events.customer_id = pairs.customer_id
        and events.category = pairs.category

    union all

    select
        purchases.customer_id,
        purchases.category,
        'purchase' as mark,
        purchases.ordered_at as occurred_at
    from purchases
    inner join pairs
        on purchases.customer_id = pairs.customer_id
        and purchases.category = pairs.category

),

{# a purchase in the same instant counts as after #}
bounded as (

    select
        walk.*,
        min(case when mark = 'purchase' then occurred_at end) over (
            partition by
                customer_id,
                category
            order by occurred_at
            range between current row and unbounded following
        ) as bought_at
    from walk

),

ended as (

    select
        bounded.*,
        least(
            {{ add_days('occurred_at', threshold_count('undecided', 'window_days')) }},
            coalesce(bought_at, {{ far_future() }})
        ) as counts_until
    from bounded
    where mark <> 'purchase'

),

{# both hold as long as the longest-lived look and the longest-lived cart so far #}
met as (

    select
        customer_id,
        category,
        occurred_at,
        bought_at,
        max(case when mark = 'look' then counts_until end) over (
            partition by
                customer_id,
                category
            order by occurred_at
            range between unbounded preceding and current row
        ) as looked_until,
        max(case when mark = 'cart' then counts_until end) over (
            partition by
                customer_id,
                category
            order by occurred_at
            range between unbounded preceding and current row
        ) as carted_until
    from ended

),

windows as (

    select
        customer_id,
        category as value,
        occurred_at as starts_at,
        least(looked_until, carted_until) as ends_at,
        'looked at ' || category || ' and put it in the cart' as reason,
        case
            when least(looked_until, carted_until) = bought_at then 'bought from ' || category
            else {{ threshold_count('undecided', 'window_days') }} || ' days after the look or the cart'
        end as ended_by
    from met
    where
        looked_until is not null
        and carted_until is not null

)

select * from ({{ spells('windows', 'undecided', by_value=true) }}) as spells
