{# Everything that sources say of a customer, trait by trait, the winner in the first place and each loser behind it with what it lost by (P1, P2).
   Demographics are won one by one: source trust, then the newest record, then the most complete. An address is won whole, and one
   that names a city beats one that does not. No contact data, no names (M1); of a birth date only the year and the age go on. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__traits_touched',
    touched_keys=['customer_id'],
) }}
{% set demographics = ['gender', 'birth_year', 'age', 'marital_status', 'occupation', 'income_band'] -%}
{% set address = ['district', 'city', 'country'] -%}
{% set text = dbt.type_string() -%}

with

people as (

    select * from {{ ref('int_staging__people_described') }}
    where source in ('crm', 'shop')

),

calls as (

    select * from {{ ref('int_staging__people_described') }}
    where
        source = 'tracker'
        and (gender is not null or birth_date is not null)

),

located as (

    select * from {{ touched('int_profiles__customers_located', by='int_profiles__traits_touched', keys=['customer_id']) }}

),

survivorship as (

    select * from {{ ref('survivorship') }}

),

trait_values as (

    select * from {{ ref('trait_values') }}

),

places as (

    select * from {{ ref('int_profiles__places_named') }}

),

record_map as (

    select * from {{ touched('record_map', by='int_profiles__traits_touched', keys=['customer_id']) }}

),

identifiers as (

    select * from {{ ref('int_profiles__identifiers_resolved') }}

),

calls_resolved as (

    select
        calls.*,
        coalesce(by_account.customer_id, by_cookie.customer_id) as customer_id
    from calls
    left join identifiers as by_account
        on calls.user_id = by_account.identifier_value
        and by_account.identifier_type = 'account_id'
    left join identifiers as by_cookie
        on calls.anonymous_id = by_cookie.identifier_value
        and by_cookie.identifier_type = 'anonymous_id'

),

records as (

    select
        record_map.customer_id,
        people.source,
        people.record_id,
        people.gender,
        people.birth_date,
        {{ normalise_name('people.marital_status') }} as marital_status_key,
        {{ normalise_name('people.occupation') }} as occupation_key,
        people.income_band,
        people.district,
        people.city,
        people.country,
        people.observed_at
    from people
    inner join record_map
        on people.source = record_map.source
        and people.table_name = record_map.table_name
        and people.record_id = record_map.record_id

    union all

    select
        customer_id,
        source,
        record_id,
        gender,
        birth_date,
        cast(null as {{ text }}) as marital_status_key,
        cast(null as {{ text }}) as occupation_key,
        cast(null as {{ text }}) as income_band,
        cast(null as {{ text }}) as district,
        cast(null as {{ text }}) as city,
        cast(null as {{ text }}) as country,
        observed_at
    from {{ touched_of('calls_resolved', by='int_profiles__traits_touched', keys=['customer_id']) }}

    union all

    select
        customer_id,
        source,
        event_id as record_id,
        cast(null as {{ text }}) as gender,
        cast(null as date) as birth_date,
        cast(null as {{ text }}) as marital_status_key,
        cast(null as {{ text }}) as occupation_key,
        cast(null as {{ text }}) as income_band,
        cast(null as {{ text }}) as district,
        city,
        country,
        occurred_at as observed_at
    from located

),

aged as (

    select
        records.*,
        {{ years_between('birth_date', local_date(as_of(), default_timezone())) }} as age_years,
        coalesce(district, '') as district_spelling,
        coalesce(city, '') as city_spelling,
        coalesce(country, '') as country_code
    from records
    where
        customer_id is not null
        and coalesce(observed_at, {{ as_of() }}) <= {{ as_of() }}

),

{# one word for each value and each place #}
spelled as (

    select
        aged.customer_id,
        aged.source,
        aged.record_id,
        aged.gender,
        cast(cast(extract(year from aged.birth_date) as integer) as {{ text }}) as birth_year,
        {# people mistype years: an age nobody has is no age #}
        case when aged.age_years between 0 and 120 then cast(aged.age_years as {{ text }}) end as age,
        coalesce(marital_statuses.value, aged.marital_status_key) as marital_status,
        coalesce(occupations.value, aged.occupation_key) as occupation,
        aged.income_band,
        districts.place_name as district,
        cities.place_name as city,
        coalesce(cities.country, aged.country) as country,
        aged.observed_at
    from aged
    left join trait_values as marital_statuses
        on aged.marital_status_key = marital_statuses.spelling_key
        and marital_statuses.trait = 'marital_status'
    left join trait_values as occupations
        on aged.occupation_key = occupations.spelling_key
        and occupations.trait = 'occupation'
    left join places as districts
        on aged.district_spelling = districts.spelling
        and aged.country_code = districts.country_code
        and districts.place_kind = 'district'
    left join places as cities
        on aged.city_spelling = cities.spelling
        and aged.country_code = cities.country_code
        and cities.place_kind = 'city'

),

measured as (

    select
        spelled.*,
        {% for trait in demographics if trait != 'age' %}case when {{ trait }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %} as demographics_filled,
        {% for trait in address %}case when {{ trait }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %} as address_filled
    from spelled

),

offered as (

    {%- for trait in demographics %}
    select
        customer_id,
        'demographics' as trait_group,
        '{{ trait }}' as trait,
        {{ trait }} as value,
        {# the age is that of the birth year that won #}
        '{{ 'birth_year' if trait == 'age' else trait }}' as won_with,
        0 as is_partial,
        demographics_filled as filled,
        source,
        record_id,
        observed_at
    from measured
    where {{ 'birth_year' if trait == 'age' else trait }} is not null

    union all
    {% endfor %}

    {%- for trait in address %}
    select
        customer_id,
        'address' as trait_group,
        '{{ trait }}' as trait,
        {{ trait }} as value,
        'address' as won_with,
        case when city is null then 1 else 0 end as is_partial,
        address_filled as filled,
        source,
        record_id,
        observed_at
    from measured
    where coalesce(district, city, country) is not null
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

ranked as (

    select
        offered.customer_id,
        offered.trait,
        offered.value,
        offered.source,
        offered.is_partial,
        survivorship.priority,
        offered.filled,
        coalesce(offered.observed_at, timestamp '0001-01-01 00:00:00') as ranked_at,
        offered.observed_at,
        row_number() over (
            partition by
                offered.customer_id,
                offered.won_with,
                offered.trait
            order by
                offered.is_partial,
                survivorship.priority,
                coalesce(offered.observed_at, timestamp '0001-01-01 00:00:00') desc,
                offered.filled desc,
                {{ binary_order('offered.source') }},
                {{ binary_order('offered.record_id') }}
        ) as place
    from offered
    inner join survivorship
        on offered.trait_group = survivorship.trait_group
        and offered.source = survivorship.source

),

winners as (

    select * from ranked
    where place = 1

),

{# few values are said by many: each is looked at once #}
values_said as (

    select distinct value
    from ranked
    where value is not null

),

values_kept as (

    select
        value,
        {{ without_contact_data('value') }} as kept_value
    from values_said

),

judged as (

    select
        ---------- ids
        ranked.customer_id,

        ---------- strings
        ranked.trait,
        values_kept.kept_value as value,
        ranked.source,
        winners.source as winning_source,
        case
            when ranked.place = 1 then null
            when ranked.is_partial <> winners.is_partial then 'names no city'
            when ranked.priority <> winners.priority then 'less trusted source'
            when ranked.ranked_at <> winners.ranked_at then 'older record'
            when ranked.filled <> winners.filled then 'less complete record'
            else 'equal in all, later in order'
        end as lost_by,

        ---------- numbers
        cast(ranked.place as integer) as place,
        ranked.priority,

        ---------- booleans
        ranked.value is not distinct from winners.value as is_same_value,

        ---------- timestamps
        ranked.observed_at
    from ranked
    inner join winners
        on ranked.customer_id = winners.customer_id
        and ranked.trait = winners.trait
    inner join values_kept on ranked.value = values_kept.value

)

select * from judged
