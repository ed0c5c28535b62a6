{# In which city, and in which climate, does a customer live (G15)? As the address we know now says, from the customer's first trace on. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

customers as (

    select * from {{ of_touched('int_segments__customers_told') }}

),

places as (

    select * from {{ of_touched('int_segments__places_known') }}

),

lives as (

    select
        places.customer_id,
        places.city,
        places.climate,
        coalesce(customers.first_seen_at, timestamp '1970-01-01 00:00:00') as starts_at
    from places
    inner join customers on places.customer_id = customers.customer_id

),

windows as (

    select
        customer_id,
        'lives_in_city' as segment,
        city as value,
        starts_at,
        {{ far_future() }} as ends_at,
        'lives in ' || city as reason
    from lives
    where city is not null

    union all

    select
        customer_id,
        'lives_in_climate' as segment,
        climate as value,
        starts_at,
        {{ far_future() }} as ends_at,
        'climate of ' || city as reason
    from lives
    where climate is not null

)

select * from ({{ spells('windows', by_value=true, ended_by="'moved'") }}) as spells
