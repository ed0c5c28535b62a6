{# On which days each customer showed interest in a category: looked at it or at a product of it, searched for it, put something of it in the
   cart or on a wish list. However often, a day is one row. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

events as (

    select * from {{ of_touched('customer_events') }}
    where
        category is not null
        and event_kind in ('view', 'category_view', 'search', 'cart', 'wishlist')

),

places as (

    select * from {{ ref('int_segments__places_known') }}

),

grouped as (

    select
        customer_id,
        category,
        {{ quarter_hour('occurred_at') }} as quarter_at,
        min(occurred_at) as first_at
    from events
    group by
        customer_id,
        category,
        {{ quarter_hour('occurred_at') }}

),

zoned as (

    select
        grouped.*,
        places.time_zone
    from grouped
    inner join places on grouped.customer_id = places.customer_id

),

quarters as (

    select distinct
        time_zone,
        quarter_at
    from zoned

),

clocks as (

    select
        quarters.*,
        {{ as_local('quarter_at', 'time_zone') }} as local_at
    from quarters

),

days as (

    select
        ---------- ids
        zoned.customer_id,

        ---------- strings
        zoned.category,

        ---------- dates
        cast(clocks.local_at as date) as local_date,

        ---------- timestamps
        min(zoned.first_at) as first_at
    from zoned
    inner join clocks
        on zoned.time_zone = clocks.time_zone
        and zoned.quarter_at = clocks.quarter_at
    group by
        zoned.customer_id,
        zoned.category,
        cast(clocks.local_at as date)

)

select * from days
