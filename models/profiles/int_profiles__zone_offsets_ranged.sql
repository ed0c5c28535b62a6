{# How far each time zone was from UTC, in ranges without gap: engines convert one moment after another slowly, so each zone is asked
   once a day that has events, and every half hour of the days on which its clocks moved. #}
with

events as (

    select * from {{ ref('int_profiles__events_unioned') }}

),

places as (

    select * from {{ ref('int_profiles__places_named') }}

),

zones as (

    select distinct timezone from events
    where timezone is not null

    union

    select timezone from places
    where timezone is not null

    union

    select {{ default_timezone() }} as timezone

),

days as (

    select distinct cast(cast(occurred_at as date) as timestamp) as day_at
    from events

),

zone_days as (

    select
        zones.timezone,
        days.day_at,
        {{ as_local('days.day_at', 'zones.timezone') }} as local_at,
        {{ as_local(add_days('days.day_at', 1), 'zones.timezone') }} as next_local_at
    from zones
    cross join days

),

half_hours as (

    select
        zone_days.timezone,
        {{ add_minutes('zone_days.day_at', '30 * halves.half') }} as seen_at
    from zone_days
    cross join (values {% for half in range(1, 48) %}({{ half }}){{ ', ' if not loop.last }}{% endfor %}) as halves (half)
    where zone_days.next_local_at <> {{ add_days('zone_days.local_at', 1) }}

),

seen as (

    select
        timezone,
        day_at as seen_at,
        local_at
    from zone_days
    where local_at is not null

    union all

    select
        timezone,
        seen_at,
        {{ as_local('seen_at', 'timezone') }} as local_at
    from half_hours

),

measured as (

    select
        timezone,
        seen_at,
        cast({{ integer_divide(seconds_between('seen_at', 'local_at'), '60') }} as integer) as offset_minutes
    from seen

),

compared as (

    select
        measured.*,
        lag(offset_minutes) over (
            partition by timezone
            order by seen_at
        ) as previous_minutes
    from measured

),

moved as (

    select * from compared
    where previous_minutes is null or previous_minutes <> offset_minutes

),

ranged as (

    select
        ---------- strings
        timezone,

        ---------- numbers
        offset_minutes,

        ---------- timestamps
        case when previous_minutes is null then timestamp '0001-01-01 00:00:00' else seen_at end as valid_from,
        coalesce(
            lead(seen_at) over (
                partition by timezone
                order by seen_at
            ),
            timestamp '9999-12-31 00:00:00'
        ) as valid_to
    from moved

)

select * from ranged
