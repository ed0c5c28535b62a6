{# What is known of a customer, trait by trait, and which source said so (P1, P2). Traits of one group come from the same
   record wherever that record has them: an address is never put together from two. No contact data, no names (M1). #}
{% set demographics = ['gender', 'birth_year', 'marital_status', 'occupation', 'income_band'] -%}
{% set address = ['district', 'city', 'country'] -%}

with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_shop__customers') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}

),

record_map as (

    select * from {{ ref('record_map') }}

),

records as (

    select
        'crm' as source,
        'contacts' as table_name,
        contact_id as record_id,
        gender,
        cast(cast(extract(year from birth_date) as integer) as {{ dbt.type_string() }}) as birth_year,
        marital_status,
        occupation,
        income_band,
        district,
        city,
        country,
        coalesce(updated_at, created_at) as observed_at
    from contacts

    union all

    select
        'shop' as source,
        'customers' as table_name,
        record_id,
        cast(null as {{ dbt.type_string() }}) as gender,
        cast(null as {{ dbt.type_string() }}) as birth_year,
        cast(null as {{ dbt.type_string() }}) as marital_status,
        cast(null as {{ dbt.type_string() }}) as occupation,
        cast(null as {{ dbt.type_string() }}) as income_band,
        cast(null as {{ dbt.type_string() }}) as district,
        city,
        country,
        coalesce(updated_at, created_at) as observed_at
    from accounts

),

owned as (

    select
        record_map.customer_id,
        records.*
    from records
    inner join record_map
        on records.source = record_map.source
        and records.table_name = record_map.table_name
        and records.record_id = record_map.record_id
    where coalesce(records.observed_at, {{ as_of() }}) <= {{ as_of() }}

),

{# demographics are won trait by trait; an address is won whole #}
offered as (

    {%- for trait in demographics %}
    select
        customer_id,
        'demographics' as trait_group,
        '{{ trait }}' as trait,
        {{ trait }} as value,
        '{{ trait }}' as won_with,
        source,
        record_id,
        observed_at
    from owned
    where {{ trait }} is not null

    union all
    {% endfor %}

    {%- for trait in address %}
    select
        customer_id,
        'address' as trait_group,
        '{{ trait }}' as trait,
        {{ trait }} as value,
        'address' as won_with,
        source,
        record_id,
        observed_at
    from owned
    where coalesce(district, city, country) is not null
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

ranked as (

    select
        offered.*,
        survivorship.priority,
        rank() over (
            partition by
                offered.customer_id,
                offered.won_with
            order by
                survivorship.priority,
                coalesce(offered.observed_at, timestamp '0001-01-01 00:00:00') desc,
                {{ binary_order('offered.source') }},
                {{ binary_order('offered.record_id') }}
        ) as place
    from offered
    inner join survivorship
        on offered.trait_group = survivorship.trait_group
        and offered.source = survivorship.source

),

winners as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        trait,
        {{ without_contact_data('value') }} as value,
        source,
        'source priority ' || priority || ', then newest' as rule,

        ---------- timestamps
        observed_at
    from ranked
    where
        place = 1
        and value is not null

)

select * from winners
