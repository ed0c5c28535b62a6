{# How old is a customer (G19)? Only the year of birth is public, so everybody has their birthday on the first of January, by the shop's clock. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
{% set bands = ['age_under_18', 'age_18_24', 'age_25_34', 'age_35_44', 'age_45_54', 'age_55_64', 'age_65_plus'] -%}

with

customers as (

    select
        customer_id,
        birth_year,
        coalesce(first_seen_at, timestamp '1970-01-01 00:00:00') as first_seen_at
    from {{ of_touched('int_segments__customers_told') }}
    {# an age nobody has is no age, and a year of three digits is no year #}
    where birth_year between 1850 and 2200

),

banded as (

    {%- for band in bands %}
    select
        customer_id,
        '{{ band }}' as segment,
        birth_year,
        first_seen_at,
        birth_year + {{ threshold_count(band, 'min_age') }} as from_year,
        birth_year + {{ threshold_count(band, 'max_age') }} + 1 as to_year
    from customers
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

years as (

    select from_year as local_year from banded

    union

    select to_year as local_year from banded

),

new_years as (

    select
        local_year,
        {{ as_utc("cast(cast(local_year as " ~ dbt.type_string() ~ ") || '-01-01 00:00:00' as timestamp)", default_timezone()) }} as begins_at
    from years

),

windows as (

    select
        banded.customer_id,
        banded.segment,
        greatest(from_years.begins_at, banded.first_seen_at) as starts_at,
        to_years.begins_at as ends_at,
        'born in ' || banded.birth_year as reason
    from banded
    inner join new_years as from_years on banded.from_year = from_years.local_year
    inner join new_years as to_years on banded.to_year = to_years.local_year

)

select * from ({{ spells('windows', ended_by="'a birthday'") }}) as spells
