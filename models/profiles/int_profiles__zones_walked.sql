{# In which time zone a person was known to be, and when: what a device, a store or a place of an own act tells holds until another is told.
   Nothing is carried back in time, so a past day can be told again. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__walks_touched',
    touched_keys=['customer_id'],
    keys=['customer_id', 'valid_from'],
) }}
with

events as (

    select * from {{ touched('int_profiles__events_unioned', by='int_profiles__walks_touched', keys=['customer_id']) }}
    where is_own_act

),

places as (

    select * from {{ ref('int_profiles__places_named') }}
    where place_kind = 'city'

),

known_zones as (

    select distinct timezone from {{ ref('int_profiles__zone_offsets_ranged') }}

),

keyed as (

    select
        customer_id,
        timezone,
        coalesce(city, '') as spelling,
        coalesce(country, '') as country_code,
        occurred_at
    from events
    where coalesce(timezone, city, country) is not null

),

told as (

    select
        keyed.customer_id,
        coalesce(known_zones.timezone, places.timezone) as timezone,
        keyed.occurred_at
    from keyed
    left join known_zones on keyed.timezone = known_zones.timezone
    left join places
        on keyed.spelling = places.spelling
        and keyed.country_code = places.country_code

),

days as (

    select
        customer_id,
        cast(occurred_at as date) as seen_on,
        min({{ binary_order('timezone') }}) as timezone,
        max({{ binary_order('timezone') }}) as other_zone,
        min(occurred_at) as seen_at
    from told
    where timezone is not null
    group by
        customer_id,
        cast(occurred_at as date)

),

days_between_zones as (

    select
        customer_id,
        seen_on
    from days
    where timezone <> other_zone

),

{# of a day in one zone its first sight is enough, and far fewer rows; on a day between zones a person may come back, so each counts #}
sights as (

    select
        customer_id,
        timezone,
        seen_at
    from days
    where timezone = other_zone

    union

    select
        told.customer_id,
        told.timezone,
        told.occurred_at as seen_at
    from told
    inner join days_between_zones
        on told.customer_id = days_between_zones.customer_id
        and cast(told.occurred_at as date) = days_between_zones.seen_on
    where told.timezone is not null

),

compared as (

    select
        sights.*,
        lag(timezone) over (
            partition by customer_id
            order by
                seen_at,
                {{ binary_order('timezone') }}
        ) as previous_zone
    from sights

),

moved as (

    select * from compared
    where previous_zone is null or previous_zone <> timezone

),

ranged as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        timezone,

        ---------- timestamps
        seen_at as valid_from,
        coalesce(
            lead(seen_at) over (
                partition by customer_id
                order by
                    seen_at,
                    {{ binary_order('timezone') }}
            ),
            timestamp '9999-12-31 00:00:00'
        ) as valid_to
    from moved

)

select * from ranged
where valid_from < valid_to
