{# Who left products in the cart and fell silent (G9)? Anything put in or taken out wakes the cart up again. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

items as (

    select
        customer_id,
        product_id,
        ending,
        added_at,
        least(
            coalesce(ended_at, {{ far_future() }}),
            {{ add_days('added_at', threshold_count('cart_forgotten', 'window_days')) }}
        ) as ends_at
    from {{ of_touched('customer_cart_items') }}

),

touches as (

    select distinct
        customer_id,
        occurred_at
    from {{ of_touched('customer_events') }}
    where event_kind in ('cart', 'cart_removal', 'cart_view', 'checkout')

),

{# the cart sleeps from an hour after each touch until the next touch; one that is touched within the hour never falls asleep #}
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

sound_sleeps as (

    select * from sleeps
    where wakes_at > sleeps_at

),

windows as (

    select
        items.customer_id,
        sound_sleeps.sleeps_at as starts_at,
        least(sound_sleeps.wakes_at, items.ends_at) as ends_at,
        'product ' || items.product_id || ' in the cart' as reason,
        case
            when sound_sleeps.wakes_at <= items.ends_at then 'cart touched again'
            when items.ends_at = {{ add_days('items.added_at', threshold_count('cart_forgotten', 'window_days')) }}
                then {{ threshold_count('cart_forgotten', 'window_days') }} || ' days in the cart'
            else 'product ' || items.product_id || ' ' || items.ending
        end as ended_by
    from items
    inner join sound_sleeps
        on items.customer_id = sound_sleeps.customer_id
        and sound_sleeps.touched_at >= items.added_at
        and sound_sleeps.touched_at < items.ends_at

)

select * from ({{ spells('windows', 'cart_forgotten') }}) as spells
