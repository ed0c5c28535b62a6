{# The name, birth date and street of a customer, from the most trusted record that has a name (P1, P2). Restricted: these stand
   nowhere else. The parts of one name come from one record. #}
with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_shop__customers') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}
    where trait_group = 'demographics'

),

record_map as (

    select * from {{ ref('record_map') }}

),

records as (

    select
        'crm' as source,
        'contacts' as table_name,
        contact_id as record_id,
        first_name,
        last_name,
        birth_date,
        street,
        postal_code,
        coalesce(updated_at, created_at) as observed_at
    from contacts

    union all

    select
        'shop' as source,
        'customers' as table_name,
        record_id,
        first_name,
        last_name,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as street,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        coalesce(updated_at, created_at) as observed_at
    from accounts

),

ranked as (

    select
        record_map.customer_id,
        records.first_name,
        records.last_name,
        records.birth_date,
        records.street,
        records.postal_code,
        records.source,
        records.observed_at,
        row_number() over (
            partition by record_map.customer_id
            order by
                survivorship.priority,
                coalesce(records.observed_at, timestamp '0001-01-01 00:00:00') desc,
                {{ binary_order('records.source') }},
                {{ binary_order('records.record_id') }}
        ) as place
    from records
    inner join record_map
        on records.source = record_map.source
        and records.table_name = record_map.table_name
        and records.record_id = record_map.record_id
    inner join survivorship on records.source = survivorship.source
    where coalesce(records.first_name, records.last_name) is not null

),

named as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        first_name,
        last_name,
        street,
        postal_code,
        source,

        ---------- dates
        birth_date,

        ---------- timestamps
        observed_at
    from ranked
    where place = 1

)

select * from named
