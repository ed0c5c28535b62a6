{# Where each customer lives, as far as an address tells: city, region, climate, and the time zone in which their days and hours are counted.
   The one place in which segments read seeds/rules/places.csv. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

customers as (

    select
        customer_id,
        city,
        coalesce(country, '{{ setting('TEKIL_PHONE_REGION', 'phone_region') }}') as country
    from {{ of_touched('int_segments__customers_told') }}

),

places as (

    select * from {{ ref('places') }}
    where place_kind = 'city'

),

spellings as (

    select distinct
        city,
        country
    from customers
    where city is not null

),

keyed as (

    select
        spellings.*,
        {{ normalise_name('city') }} as place_key
    from spellings

),

matched as (

    select
        keyed.city,
        keyed.country,
        places.place_name,
        places.region,
        places.timezone,
        places.climate
    from keyed
    inner join places
        on keyed.place_key = places.place_key
        and keyed.country = places.country

),

located as (

    select
        ---------- ids
        customers.customer_id,

        ---------- strings
        coalesce(matched.place_name, customers.city) as city,
        matched.region,
        matched.climate,
        coalesce(matched.timezone, {{ default_timezone() }}) as time_zone
    from customers
    left join matched
        on customers.city = matched.city
        and customers.country = matched.country

)

select * from located
