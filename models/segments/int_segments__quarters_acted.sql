{# When, and with what, each customer did something of their own accord: one row for each quarter of an hour, with its local date and hour.
   A visit of fifty clicks is one or two rows, so that everything counted from here reads few of them. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

events as (

    select * from {{ of_touched('customer_events') }}
    where is_own_act

),

places as (

    select * from {{ ref('int_segments__places_known') }}

),

grouped as (

    select
        customer_id,
        {{ quarter_hour('occurred_at') }} as quarter_at,
        min(occurred_at) as first_acted_at,
        max(occurred_at) as last_acted_at,
        min(case when device_type in ('mobile', 'phone', 'ios', 'android') then occurred_at end) as mobile_at,
        min(case when device_type = 'desktop' then occurred_at end) as desktop_at,
        min(case when channel = 'app' then occurred_at end) as app_at,
        min(case when channel in ('store', 'kiosk', 'tablet') then occurred_at end) as store_at
    from events
    group by
        customer_id,
        {{ quarter_hour('occurred_at') }}

),

zoned as (

    select
        grouped.*,
        places.time_zone
    from grouped
    inner join places on grouped.customer_id = places.customer_id

),

{# local time is found once for each quarter and zone, not for each act #}
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

placed as (

    select
        ---------- ids
        zoned.customer_id,

        ---------- numbers
        cast(extract(hour from clocks.local_at) as integer) as local_hour,

        ---------- dates
        cast(clocks.local_at as date) as local_date,

        ---------- timestamps
        zoned.quarter_at,
        zoned.first_acted_at,
        zoned.last_acted_at,
        zoned.mobile_at,
        zoned.desktop_at,
        zoned.app_at,
        zoned.store_at
    from zoned
    inner join clocks
        on zoned.time_zone = clocks.time_zone
        and zoned.quarter_at = clocks.quarter_at

)

select * from placed
