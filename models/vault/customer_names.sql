{# The name, birth date and street of a customer, from the most trusted record that has a name (P1, P2). Restricted: these stand
   nowhere else. The parts of one name come from one record. #}
with

people as (

    select * from {{ ref('int_staging__people_described') }}
    where coalesce(first_name, last_name) is not null

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}
    where identifier_type in ('account_id', 'anonymous_id')

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

survivorship as (

    select * from {{ ref('survivorship') }}
    where trait_group = 'demographics'

),

record_map as (

    select * from {{ ref('record_map') }}
    where source in ('crm', 'shop', 'mailchimp', 'zendesk')

),

resolved as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        identity_map.customer_id
    from identifiers
    inner join identity_map on identifiers.identifier_key = identity_map.identifier_key

),

records as (

    select
        coalesce(record_map.customer_id, by_account.customer_id, by_cookie.customer_id) as customer_id,
        people.source,
        people.record_id,
        people.first_name,
        people.last_name,
        people.birth_date,
        people.street,
        people.postal_code,
        people.observed_at
    from people
    left join record_map
        on people.source = record_map.source
        and people.table_name = record_map.table_name
        and people.record_id = record_map.record_id
    left join resolved as by_account
        on people.user_id = by_account.identifier_value
        and by_account.identifier_type = 'account_id'
    left join resolved as by_cookie
        on people.anonymous_id = by_cookie.identifier_value
        and by_cookie.identifier_type = 'anonymous_id'

),

ranked as (

    select
        records.customer_id,
        records.first_name,
        records.last_name,
        records.birth_date,
        records.street,
        records.postal_code,
        records.source,
        records.observed_at,
        row_number() over (
            partition by records.customer_id
            order by
                survivorship.priority,
                coalesce(records.observed_at, timestamp '0001-01-01 00:00:00') desc,
                case when records.first_name is null or records.last_name is null then 1 else 0 end,
                {{ binary_order('records.source') }},
                {{ binary_order('records.record_id') }}
        ) as place
    from records
    inner join survivorship on records.source = survivorship.source
    where
        coalesce(records.first_name, records.last_name) is not null
        and records.customer_id is not null
        and coalesce(records.observed_at, {{ as_of() }}) <= {{ as_of() }}

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
