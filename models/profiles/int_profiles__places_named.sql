{# Every spelling of a place that a source uses, with the one name it has here and what the seed knows of it: ANKARA and Ankara are one
   city. A city the seed knows names its country, region, time zone and climate; a country alone may still name its time zone. #}
with

events as (

    select * from {{ ref('int_profiles__events_unioned') }}

),

{# an event that does not count, since the shop tells it too, may be the last that saw somebody #}
located as (

    select * from {{ ref('int_profiles__customers_located') }}

),

people as (

    select * from {{ ref('int_staging__people_described') }}
    where source in ('crm', 'shop')

),

places as (

    select * from {{ ref('places') }}

),

spellings as (

    select
        'city' as place_kind,
        coalesce(city, '') as spelling,
        coalesce(country, '') as country_code
    from events

    union

    select
        'city' as place_kind,
        coalesce(city, '') as spelling,
        coalesce(country, '') as country_code
    from located

    union

    select
        'city' as place_kind,
        coalesce(city, '') as spelling,
        coalesce(country, '') as country_code
    from people

    union

    select
        'district' as place_kind,
        district as spelling,
        coalesce(country, '') as country_code
    from people
    where district is not null

),

keyed as (

    select
        spellings.*,
        {{ normalise_name('spelling') }} as place_key
    from spellings
    where spelling <> '' or country_code <> ''

),

{# without a country the shop's own one is meant, else the first in order #}
matched as (

    select
        keyed.place_kind,
        keyed.spelling,
        keyed.country_code,
        places.place_name,
        places.country,
        places.region,
        places.timezone,
        places.climate,
        row_number() over (
            partition by
                keyed.place_kind,
                keyed.spelling,
                keyed.country_code
            order by
                case when places.country = '{{ var('phone_region') }}' then 0 else 1 end,
                {{ binary_order('places.country') }}
        ) as place
    from keyed
    inner join places
        on keyed.place_kind = places.place_kind
        and keyed.place_key = places.place_key
    where keyed.country_code in ('', places.country)

),

countries as (

    select * from places
    where place_kind = 'country'

),

named as (

    select
        ---------- strings
        keyed.place_kind,
        keyed.spelling,
        keyed.country_code,
        coalesce(matched.place_name, {{ normalise_place('keyed.spelling') }}, {{ strip_blanks('keyed.spelling') }}) as place_name,
        coalesce(matched.country, {{ empty_to_null('keyed.country_code') }}) as country,
        matched.region,
        coalesce(matched.timezone, countries.timezone) as timezone,
        matched.climate
    from keyed
    left join matched
        on keyed.place_kind = matched.place_kind
        and keyed.spelling = matched.spelling
        and keyed.country_code = matched.country_code
        and matched.place = 1
    left join countries on keyed.country_code = countries.country

)

select * from named
