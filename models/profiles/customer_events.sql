{# The behaviour stream: everything a customer did or was sent, in every channel, in one vocabulary. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__stream_touched',
    touched_keys=['event_id'],
    told=['event_id', 'customer_id', 'session_id', 'product_id', 'message_id', 'event_kind', 'category', 'is_own_act'],
) }}
with

events as (

    select * from {{ touched('int_profiles__events_unioned', by='int_profiles__stream_touched', keys=['event_id']) }}

),

sessions as (

    select * from {{ touched('int_profiles__sessions_assigned', by='int_profiles__stream_touched', keys=['event_id']) }}

),

products as (

    select * from {{ ref('int_profiles__products_categorised') }}

),

rates as (

    select * from {{ ref('int_profiles__currency_rates_ranged') }}

),

search_categories as (

    select * from {{ ref('int_profiles__search_terms_matched') }}

),

places as (

    select * from {{ ref('int_profiles__places_named') }}
    where place_kind = 'city'

),

customer_zones as (

    select * from {{ ref('int_profiles__zones_walked') }}

),

zone_offsets as (

    select * from {{ ref('int_profiles__zone_offsets_ranged') }}

),

known_zones as (

    select distinct timezone as known_zone from zone_offsets

),

priced as (

    select
        events.*,
        coalesce(events.city, '') as spelling,
        coalesce(events.country, '') as country_code,
        coalesce(events.currency, case when events.amount is not null then {{ base_currency() }} end) as amount_currency
    from events

),

{# whose clock counts: the device's or the store's, the place's, the one the person was last known to be in, the shop's #}
placed as (

    select
        priced.*,
        places.place_name,
        places.country as place_country,
        places.region as place_region,
        places.climate,
        coalesce(known_zones.known_zone, places.timezone, customer_zones.timezone, {{ default_timezone() }}) as local_zone
    from priced
    left join places
        on priced.spelling = places.spelling
        and priced.country_code = places.country_code
    left join known_zones on priced.timezone = known_zones.known_zone
    left join customer_zones
        on priced.customer_id = customer_zones.customer_id
        and priced.occurred_at >= customer_zones.valid_from
        and priced.occurred_at < customer_zones.valid_to

),

streamed as (

    select
        ---------- ids
        placed.event_id,
        placed.customer_id,
        sessions.session_id,
        placed.product_id,
        placed.order_id,
        placed.store_id,
        placed.message_id,

        ---------- strings
        placed.event_name,
        placed.event_kind,
        placed.channel,
        placed.source,
        coalesce(products.category, placed.category, search_categories.category) as category,
        placed.search_term,
        placed.amount_currency as currency,
        placed.device_type,
        placed.place_name as city,
        coalesce(placed.place_region, placed.region) as region,
        coalesce(placed.place_country, placed.country) as country,
        placed.climate,
        placed.campaign,
        placed.local_zone as timezone,

        ---------- numbers
        placed.checkout_step,
        cast(placed.amount as numeric(18, 4)) as amount,
        {{ amount_in_base('placed.amount', 'rates.rate_to_base') }} as amount_base,
        placed.duration_seconds,

        ---------- booleans
        placed.is_own_act,
        coalesce(sessions.is_session_start, false) as is_session_start,

        ---------- timestamps
        placed.occurred_at,
        {{ add_minutes('placed.occurred_at', 'zone_offsets.offset_minutes') }} as occurred_at_local
    from placed
    left join sessions on placed.event_id = sessions.event_id
    left join products on placed.product_id = products.product_id
    left join search_categories on placed.search_term = search_categories.search_term
    left join rates
        on placed.amount_currency = rates.currency
        and cast(placed.occurred_at as date) >= rates.valid_from
        and cast(placed.occurred_at as date) < rates.valid_to
    left join zone_offsets
        on placed.local_zone = zone_offsets.timezone
        and placed.occurred_at >= zone_offsets.valid_from
        and placed.occurred_at < zone_offsets.valid_to

),

finished as (

    select
        ---------- ids
        event_id,
        customer_id,
        session_id,
        product_id,
        order_id,
        store_id,
        message_id,

        ---------- strings
        event_name,
        event_kind,
        channel,
        source,
        category,
        search_term,
        currency,
        device_type,
        city,
        region,
        country,
        climate,
        campaign,
        timezone,

        ---------- numbers
        checkout_step,
        amount,
        amount_base,
        duration_seconds,
        cast(extract(hour from occurred_at_local) as integer) as local_hour,

        ---------- booleans
        is_own_act,
        is_session_start,

        ---------- timestamps
        occurred_at,
        occurred_at_local
    from streamed

)

select * from finished
