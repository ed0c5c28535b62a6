{# Who left products in the cart and fell silent (G9)? Anything put in or taken out wakes the cart up again. #}
with

items as (

    select * from {{ ref('customer_cart_items') }}

),

touches as (

    select distinct
        customer_id,
        occurred_at
    from {{ ref('customer_events') }}
    where event_kind in ('cart', 'cart_removal', 'cart_view', 'checkout')

),

{# the cart sleeps from an hour after each touch until the next touch #}
sleeps as (

    select
        customer_id,
        occurred_at as touched_at,
        {{ add_minutes('occurred_at', threshold_count('cart_forgotten', 'idle_minutes')) }} as sleeps_at,
        coalesce(
            lead(occurred_at) over (
                partition by customer_id
                order by occurred_at
            ),
            {{ far_future() }}
        ) as wakes_at
    from touches

),

windows as (

    select
        items.customer_id,
        sleeps.sleeps_at as starts_at,
        least(
            sleeps.wakes_at,
            coalesce(items.ended_at, {{ far_future() }}),
            {{ add_days('items.added_at', threshold_count('cart_forgotten', 'window_days')) }}
        ) as ends_at,
        'product ' || items.product_id || ' in the cart' as reason
    from items
    inner join sleeps
        on items.customer_id = sleeps.customer_id
        and sleeps.touched_at >= items.added_at
        and sleeps.touched_at < coalesce(items.ended_at, {{ far_future() }})
        and sleeps.touched_at < {{ add_days('items.added_at', threshold_count('cart_forgotten', 'window_days')) }}

)

select * from ({{ spells('windows') }}) as spells
