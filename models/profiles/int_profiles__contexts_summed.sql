{# Under what circumstances a customer acts (X1 to X4, P8): device, hours, place, store, climate, campaign, carts left, engagement, channel.
   Habits are counted in days, not in clicks: one long evening is one day. Ties go to the later, then to the first in order. #}
with

identity_map as (

    select distinct customer_id from {{ ref('identity_map') }}

),

events as (

    select * from {{ ref('customer_events') }}
    where
        is_own_act
        and event_kind <> 'message_viewed'

),

hours as (

    select * from {{ ref('customer_hours') }}

),

zones as (

    select * from {{ ref('int_profiles__zones_walked') }}
    where valid_to = timestamp '9999-12-31 00:00:00'

),

traits as (

    select * from {{ ref('customer_traits') }}

),

places as (

    select * from {{ ref('places') }}
    where place_kind = 'city'

),

carts_left as (

    select * from {{ ref('int_profiles__carts_left') }}

),

channels as (

    select * from {{ ref('customer_channels') }}

),

restrictions as (

    select * from {{ ref('customer_data_uses') }}
    where
        purpose = 'processing'
        and status = 'RET'

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

),

carts_ranked as (

    select
        carts_left.*,
        row_number() over (
            partition by customer_id, has_ordered
            order by
                left_at desc,
                {{ binary_order('session_id') }} asc
        ) as place
    from carts_left
    where left_at > {{ add_days(as_of(), '-' ~ context_rule('context_window_days')) }}

),

carts as (

    select
        customer_id,
        count(*) as cart_visit_count,
        sum(case when not has_ordered then 1 else 0 end) as carts_left_count,
        max(case when not has_ordered and place = 1 then furthest_step end) as last_left_checkout_step,
        max(case when not has_ordered and place = 1 then device_type end) as last_left_device_type,
        max(case when not has_ordered then left_at end) as last_cart_left_at
    from carts_ranked
    group by customer_id

),

channels_summed as (

    select
        customer_id,
        max(case when is_preferred then channel end) as preferred_channel,
        max(case when is_best_reachable then channel end) as best_reachable_channel,
        sum(case when is_reachable then 1 else 0 end) as reachable_channel_count
    from channels
    group by customer_id

),

addresses as (

    select
        cities.customer_id,
        max({{ binary_order('places.timezone') }}) as timezone,
        max({{ binary_order('places.climate') }}) as climate
    from traits as cities
    inner join traits as countries
        on cities.customer_id = countries.customer_id
        and countries.trait = 'country'
    inner join places
        on cities.value = places.place_name
        and countries.value = places.country
    where cities.trait = 'city'
    group by cities.customer_id

)

select
    ---------- ids
    identity_map.customer_id,
    stores.store_id as favourite_store_id,

    ---------- strings
    coalesce(zones.timezone, addresses.timezone, {{ default_timezone() }}) as timezone,
    devices.device_type as favourite_device_type,
    day_parts.day_part as favourite_day_part,
    usual_places.city as usual_city,
    usual_places.region as usual_region,
    usual_places.country as usual_country,
    coalesce(usual_places.climate, addresses.climate) as climate,
    campaigns.first_campaign,
    campaigns.latest_campaign,
    carts.last_left_device_type,
    case
        when engaged.high_days >= {{ context_rule('engagement_high_min_days') }} then 'high'
        when engaged.medium_days >= {{ context_rule('engagement_medium_min_days') }} then 'medium'
        when engaged.low_days >= {{ context_rule('engagement_low_min_days') }} then 'low'
        else 'none'
    end as engagement_level,
    channels_summed.preferred_channel,
    channels_summed.best_reachable_channel,

    ---------- numbers
    {{ divide('devices.active_day_count', 'devices.all_day_count', 4) }} as favourite_device_share,
    best_hours.local_hour as best_hour,
    weekdays.weekday as best_weekday,
    cast(coalesce(engaged.high_days, 0) as bigint) as engaged_day_count,
    cast(coalesce(carts.cart_visit_count, 0) as bigint) as cart_visit_count,
    cast(coalesce(carts.carts_left_count, 0) as bigint) as carts_left_count,
    {{ divide('carts.carts_left_count', 'carts.cart_visit_count', 4) }} as cart_abandonment_rate,
    cast(carts.last_left_checkout_step as integer) as last_left_checkout_step,
    cast(coalesce(channels_summed.reachable_channel_count, 0) as bigint) as reachable_channel_count,

    ---------- booleans
    restrictions.customer_id is not null as is_restricted,

    ---------- timestamps
    campaigns.first_campaign_at,
    campaigns.latest_campaign_at,
    carts.last_cart_left_at
from identity_map
left join engaged on identity_map.customer_id = engaged.customer_id
left join weekdays
    on identity_map.customer_id = weekdays.customer_id
    and weekdays.place = 1
left join devices
    on identity_map.customer_id = devices.customer_id
    and devices.place = 1
left join usual_places
    on identity_map.customer_id = usual_places.customer_id
    and usual_places.place = 1
left join stores
    on identity_map.customer_id = stores.customer_id
    and stores.place = 1
left join best_hours
    on identity_map.customer_id = best_hours.customer_id
    and best_hours.place = 1
left join day_parts
    on identity_map.customer_id = day_parts.customer_id
    and day_parts.place = 1
left join campaigns on identity_map.customer_id = campaigns.customer_id
left join carts on identity_map.customer_id = carts.customer_id
left join channels_summed on identity_map.customer_id = channels_summed.customer_id
left join zones on identity_map.customer_id = zones.customer_id
left join addresses on identity_map.customer_id = addresses.customer_id
left join restrictions on identity_map.customer_id = restrictions.customer_id
