{# The name, birth date and street of a customer, from the most trusted record that has a name (P1, P2). Restricted: these stand
   nowhere else. The parts of one name come from one record. #}
with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_shop__customers') }}

),

tracker_events as (

    select * from {{ ref('stg_tracker__events') }}
    where coalesce(first_name, last_name) is not null

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

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
        record_map.customer_id,
        'crm' as source,
        contacts.contact_id as record_id,
        contacts.first_name,
        contacts.last_name,
        contacts.birth_date,
        contacts.street,
        contacts.postal_code,
        coalesce(contacts.updated_at, contacts.created_at) as observed_at
    from contacts
    inner join record_map
        on contacts.contact_id = record_map.record_id
        and record_map.source = 'crm'
        and record_map.table_name = 'contacts'

    union all

    select
        record_map.customer_id,
        'shop' as source,
        accounts.record_id,
        accounts.first_name,
        accounts.last_name,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as street,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        coalesce(accounts.updated_at, accounts.created_at) as observed_at
    from accounts
    inner join record_map
        on accounts.record_id = record_map.record_id
        and record_map.source = 'shop'
        and record_map.table_name = 'customers'

    union all

    select
        coalesce(by_account.customer_id, by_cookie.customer_id) as customer_id,
        'tracker' as source,
        tracker_events.event_id as record_id,
        tracker_events.first_name,
        tracker_events.last_name,
        tracker_events.birth_date,
        cast(null as {{ dbt.type_string() }}) as street,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        tracker_events.occurred_at as observed_at
    from tracker_events
    left join resolved as by_account
        on tracker_events.user_id = by_account.identifier_value
        and by_account.identifier_type = 'account_id'
    left join resolved as by_cookie
        on tracker_events.anonymous_id = by_cookie.identifier_value
        and by_cookie.identifier_type = 'anonymous_id'

    union all

    select
        record_map.customer_id,
        'mailchimp' as source,
        members.member_id as record_id,
        members.first_name,
        members.last_name,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as street,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        coalesce(members.updated_at, members.opted_in_at, members.signed_up_at) as observed_at
    from members
    inner join record_map
        on members.member_id = record_map.record_id
        and record_map.source = 'mailchimp'
        and record_map.table_name = 'members'

    union all

    {# the contact centre writes the name as one: its last word is the last name #}
    select
        record_map.customer_id,
        'zendesk' as source,
        users.zendesk_user_id as record_id,
        {{ rewrite('users.full_name', [[' +$', ''], [' +[^ ]+$', '']]) }} as first_name,
        case when users.full_name like '% %' then {{ empty_to_null(rewrite('users.full_name', [[' +$', ''], ['^.* ', '']])) }} end as last_name,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as street,
        cast(null as {{ dbt.type_string() }}) as postal_code,
        coalesce(users.updated_at, users.created_at) as observed_at
    from users
    inner join record_map
        on users.zendesk_user_id = record_map.record_id
        and record_map.source = 'zendesk'
        and record_map.table_name = 'users'

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
