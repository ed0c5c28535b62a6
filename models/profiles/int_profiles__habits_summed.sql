{# What each customer is used to: device, hours, weekday, place, store, campaigns, days of engagement (X1 to X4, P8). Habits are counted in days, not in clicks: one long
   evening is one day. Ties go to the later, then to the first in order. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__habits_touched',
    touched_keys=['customer_id'],
) }}
with

events as (

    select * from {{ tekil.events_of_touched(by='int_profiles__habits_touched') }}
    where
        is_own_act
        and event_kind <> 'message_viewed'

),

hours as (

    select * from {{ touched('customer_hours', by='int_profiles__habits_touched', keys=['customer_id']) }}

),

acting_customers as (

    select distinct customer_id from events

),

by_day as (

    select
        customer_id,
        cast(occurred_at_local as date) as local_on,
        device_type,
        city,
        region,
        country,
        climate,
        store_id,
        count(*) as act_count,
        max(occurred_at) as last_at
    from events
    where occurred_at > {{ add_days(as_of(), '-' ~ context_rule('context_window_days')) }}
    group by
        customer_id,
        cast(occurred_at_local as date),
        device_type,
        city,
        region,
        country,
        climate,
        store_id

),

active_days as (

    select
        customer_id,
        local_on,
        max(last_at) as last_at
    from by_day
    group by
        customer_id,
        local_on

),

engaged as (

    select
        customer_id,
        sum(case when last_at > {{ add_days(as_of(), '-' ~ context_rule('engagement_high_window_days')) }} then 1 else 0 end) as high_days,
        sum(case when last_at > {{ add_days(as_of(), '-' ~ context_rule('engagement_medium_window_days')) }} then 1 else 0 end) as medium_days,
        sum(case when last_at > {{ add_days(as_of(), '-' ~ context_rule('engagement_low_window_days')) }} then 1 else 0 end) as low_days
    from active_days
    group by customer_id

),

weekdays_counted as (

    select
        customer_id,
        cast(extract(isodow from local_on) as integer) as weekday,
        count(*) as active_day_count,
        max(last_at) as last_at
    from active_days
    group by
        customer_id,
        cast(extract(isodow from local_on) as integer)

),

weekdays as (

    select
        customer_id,
        weekday,
        row_number() over (
            partition by customer_id
            order by
                active_day_count desc,
                last_at desc,
                weekday asc
        ) as place
    from weekdays_counted
    where active_day_count >= {{ context_rule('best_hour_min_days') }}

),

devices_counted as (

    select
        customer_id,
        device_type,
        count(distinct local_on) as active_day_count,
        sum(act_count) as act_count,
        max(last_at) as last_at
    from by_day
    where device_type is not null
    group by
        customer_id,
        device_type

),

devices as (

    select
        devices_counted.*,
        sum(active_day_count) over (partition by customer_id) as all_day_count,
        row_number() over (
            partition by customer_id
            order by
                active_day_count desc,
                act_count desc,
                last_at desc,
                {{ binary_order('device_type') }} asc
        ) as place
    from devices_counted

),

places_counted as (

    select
        customer_id,
        city,
        country,
        max({{ binary_order('region') }}) as region,
        max({{ binary_order('climate') }}) as climate,
        count(distinct local_on) as active_day_count,
        max(last_at) as last_at
    from by_day
    where city is not null
    group by
        customer_id,
        city,
        country

),

usual_places as (

    select
        places_counted.*,
        row_number() over (
            partition by customer_id
            order by
                active_day_count desc,
                last_at desc,
                {{ binary_order('city') }} asc,
                {{ binary_order('country') }} asc
        ) as place
    from places_counted

),

stores_counted as (

    select
        customer_id,
        store_id,
        count(distinct local_on) as active_day_count,
        max(last_at) as last_at
    from by_day
    where store_id is not null
    group by
        customer_id,
        store_id

),

stores as (

    select
        stores_counted.*,
        row_number() over (
            partition by customer_id
            order by
                active_day_count desc,
                last_at desc,
                {{ binary_order('store_id') }} asc
        ) as place
    from stores_counted

),

best_hours as (

    select
        customer_id,
        local_hour,
        row_number() over (
            partition by customer_id
            order by
                active_day_count desc,
                response_count desc,
                act_count desc,
                local_hour asc
        ) as place
    from hours
    where active_day_count >= {{ context_rule('best_hour_min_days') }}

),

day_parts_counted as (

    select
        customer_id,
        case
            when local_hour < 6 then 'night'
            when local_hour < 12 then 'morning'
            when local_hour < 18 then 'afternoon'
            else 'evening'
        end as day_part,
        sum(active_day_count) as active_hour_count,
        sum(act_count) as act_count
    from hours
    group by
        customer_id,
        case
            when local_hour < 6 then 'night'
            when local_hour < 12 then 'morning'
            when local_hour < 18 then 'afternoon'
            else 'evening'
        end

),

day_parts as (

    select
        customer_id,
        day_part,
        row_number() over (
            partition by customer_id
            order by
                active_hour_count desc,
                act_count desc,
                {{ binary_order('day_part') }} asc
        ) as place
    from day_parts_counted

),

{# what was sent names a campaign too; only a visit was brought by one #}
campaign_visits as (

    select
        customer_id,
        campaign,
        occurred_at,
        row_number() over (
            partition by customer_id
            order by
                occurred_at asc,
                {{ binary_order('event_id') }} asc
        ) as from_first,
        row_number() over (
            partition by customer_id
            order by
                occurred_at desc,
                {{ binary_order('event_id') }} desc
        ) as from_last
    from events
    where
        campaign is not null
        and session_id is not null

),

campaigns as (

    select
        customer_id,
        max(case when from_first = 1 then campaign end) as first_campaign,
        max(case when from_first = 1 then occurred_at end) as first_campaign_at,
        max(case when from_last = 1 then campaign end) as latest_campaign,
        max(case when from_last = 1 then occurred_at end) as latest_campaign_at
    from campaign_visits
    where from_first = 1 or from_last = 1
    group by customer_id

)

select
    ---------- ids
    acting_customers.customer_id,
    stores.store_id as favourite_store_id,

    ---------- strings
    devices.device_type as favourite_device_type,
    day_parts.day_part as favourite_day_part,
    usual_places.city as usual_city,
    usual_places.region as usual_region,
    usual_places.country as usual_country,
    usual_places.climate as usual_climate,
    campaigns.first_campaign,
    campaigns.latest_campaign,
    case
        when engaged.high_days >= {{ context_rule('engagement_high_min_days') }} then 'high'
        when engaged.medium_days >= {{ context_rule('engagement_medium_min_days') }} then 'medium'
        when engaged.low_days >= {{ context_rule('engagement_low_min_days') }} then 'low'
        else 'none'
    end as engagement_level,

    ---------- numbers
    {{ divide('devices.active_day_count', 'devices.all_day_count', 4) }} as favourite_device_share,
    best_hours.local_hour as best_hour,
    weekdays.weekday as best_weekday,
    cast(coalesce(engaged.high_days, 0) as bigint) as engaged_day_count,

    ---------- timestamps
    campaigns.first_campaign_at,
    campaigns.latest_campaign_at
from acting_customers
left join engaged on acting_customers.customer_id = engaged.customer_id
left join weekdays
    on acting_customers.customer_id = weekdays.customer_id
    and weekdays.place = 1
left join devices
    on acting_customers.customer_id = devices.customer_id
    and devices.place = 1
left join usual_places
    on acting_customers.customer_id = usual_places.customer_id
    and usual_places.place = 1
left join stores
    on acting_customers.customer_id = stores.customer_id
    and stores.place = 1
left join best_hours
    on acting_customers.customer_id = best_hours.customer_id
    and best_hours.place = 1
left join day_parts
    on acting_customers.customer_id = day_parts.customer_id
    and day_parts.place = 1
left join campaigns on acting_customers.customer_id = campaigns.customer_id
