{# Under what circumstances a customer acts (X1 to X4, P8): device, hours, place, store, climate, campaign, carts left, engagement, channel.
   What counts acts stands in steps of its own (int_profiles__habits_summed, customer_hours); this joins them. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__contexts_touched',
    touched_keys=['customer_id'],
) }}
{%- set by = 'int_profiles__contexts_touched' %}

with

identity_map as (

    select distinct customer_id from {{ touched('identity_map', by=by, keys=['customer_id']) }}

),

habits as (

    select * from {{ touched('int_profiles__habits_summed', by=by, keys=['customer_id']) }}

),

zones as (

    select
        customer_id,
        timezone
    from {{ touched('int_profiles__zones_walked', by=by, keys=['customer_id']) }}
    where valid_to = timestamp '9999-12-31 00:00:00'

),

cities as (

    select
        customer_id,
        value
    from {{ touched('customer_traits', by=by, keys=['customer_id']) }}
    where trait = 'city'

),

countries as (

    select
        customer_id,
        value
    from {{ touched('customer_traits', by=by, keys=['customer_id']) }}
    where trait = 'country'

),

places as (

    select * from {{ ref('places') }}
    where place_kind = 'city'

),

carts_left as (

    select
        session_id,
        customer_id,
        device_type,
        furthest_step,
        has_ordered,
        left_at
    from {{ touched('int_profiles__carts_left', by=by, keys=['customer_id']) }}
    where left_at > {{ add_days(as_of(), '-' ~ context_rule('context_window_days')) }}

),

channels as (

    select * from {{ touched('int_profiles__channels_chosen', by=by, keys=['customer_id']) }}

),

carts_ranked as (

    select
        carts_left.*,
        row_number() over (
            partition by
                customer_id,
                has_ordered
            order by
                left_at desc,
                {{ binary_order('session_id') }} asc
        ) as place
    from carts_left

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

addresses as (

    select
        cities.customer_id,
        max({{ binary_order('places.timezone') }}) as timezone,
        max({{ binary_order('places.climate') }}) as climate
    from cities
    inner join countries on cities.customer_id = countries.customer_id
    inner join places
        on cities.value = places.place_name
        and countries.value = places.country
    group by cities.customer_id

)

select
    ---------- ids
    identity_map.customer_id,
    habits.favourite_store_id,

    ---------- strings
    coalesce(zones.timezone, addresses.timezone, {{ default_timezone() }}) as timezone,
    habits.favourite_device_type,
    habits.favourite_day_part,
    habits.usual_city,
    habits.usual_region,
    habits.usual_country,
    coalesce(habits.usual_climate, addresses.climate) as climate,
    habits.first_campaign,
    habits.latest_campaign,
    carts.last_left_device_type,
    coalesce(habits.engagement_level, 'none') as engagement_level,
    channels.preferred_channel,
    channels.best_reachable_channel,

    ---------- numbers
    habits.favourite_device_share,
    habits.best_hour,
    habits.best_weekday,
    coalesce(habits.engaged_day_count, 0) as engaged_day_count,
    cast(coalesce(carts.cart_visit_count, 0) as bigint) as cart_visit_count,
    cast(coalesce(carts.carts_left_count, 0) as bigint) as carts_left_count,
    {{ divide('carts.carts_left_count', 'carts.cart_visit_count', 4) }} as cart_abandonment_rate,
    cast(carts.last_left_checkout_step as integer) as last_left_checkout_step,
    cast(coalesce(channels.reachable_channel_count, 0) as bigint) as reachable_channel_count,

    ---------- booleans
    coalesce(channels.is_restricted, false) as is_restricted,

    ---------- timestamps
    habits.first_campaign_at,
    habits.latest_campaign_at,
    carts.last_cart_left_at
from identity_map
left join habits on identity_map.customer_id = habits.customer_id
left join carts on identity_map.customer_id = carts.customer_id
left join channels on identity_map.customer_id = channels.customer_id
left join zones on identity_map.customer_id = zones.customer_id
left join addresses on identity_map.customer_id = addresses.customer_id
