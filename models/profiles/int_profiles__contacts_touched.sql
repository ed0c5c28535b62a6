{# Which contact points a renewal hears again (contact_consents): those that a new or replaced row of a consent, a member, a newsletter or a message names, or
   named; those of such a row that the clock hid in the last run; those that are new or gone, or are of another customer now; and those refused
   on no day that is told, since that counts from the clock. Empty where everything is made anew. #}
-- depends_on: {{ ref('stg_consent__records') }}, {{ ref('stg_mailchimp__members') }}, {{ ref('stg_mailchimp__email_activities') }}, {{ ref('stg_messaging__sends') }}, {{ ref('stg_messaging__receipts') }}, {{ ref('int_profiles__reads_planned') }}
{%- set is_renewal = is_renewed() %}

with

mapping_changes as (

    select * from {{ changes_of('identity_map') }}

),

identifier_changes as (

    select * from {{ changes_of('int_staging__identifiers_keyed') }}

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

origins as (

    select * from {{ ref('int_staging__origins_touched') }}
    where source in ('consent', 'mailchimp', 'messaging')

),

evidence as (

    select * from {{ ref('int_staging__evidence_unioned') }}
    where source in ('consent', 'mailchimp', 'messaging')

),

evidence_changes as (

    select * from {{ changes_of('int_staging__evidence_unioned') }}
    where source in ('consent', 'mailchimp', 'messaging')

),

heard as (

    select
        source,
        table_name,
        origin
    from origins
    {%- if is_renewal %}

    union

    select
        'consent' as source,
        'records' as table_name,
        recipient as origin
    from {{ tekil.rows_arrived('consent__records', 'consent_date') }}

    union

    select
        'mailchimp' as source,
        'members' as table_name,
        id as origin
    from {{ tekil.rows_arrived('mailchimp__members', 'coalesce(last_changed, timestamp_opt, timestamp_signup)') }}

    union

    select
        'mailchimp' as source,
        'members' as table_name,
        id as origin
    from {{ source('raw', 'mailchimp__members') }}
    where
        status = 'unsubscribed'
        and coalesce(last_changed, timestamp_opt, timestamp_signup) is null

    union

    select
        'mailchimp' as source,
        'email_activity' as table_name,
        email_address as origin
    from {{ tekil.rows_arrived('mailchimp__email_activity', 'timestamp') }}

    union

    select
        'messaging' as source,
        'sends' as table_name,
        recipient as origin
    from {{ source('raw', 'messaging__sends') }}
    where message_id in (select message_id from {{ tekil.rows_arrived('messaging__receipts', 'occurred_at') }})
    {%- endif %}

),

named as (

    select
        evidence.identifier_type,
        evidence.identifier_value
    from evidence
    inner join heard
        on evidence.source = heard.source
        and evidence.table_name = heard.table_name
        and evidence.origin = heard.origin

    union

    select
        identifier_type,
        identifier_value
    from evidence_changes

    union

    {# a token or an id in the registry is no evidence #}
    select
        recipient_types.identifier_type,
        heard.origin as identifier_value
    from heard
    cross join (values ('push_token'), ('anonymous_id'), ('account_id'), ('device_id')) as recipient_types (identifier_type)
    where heard.source = 'consent'

),

touched as (

    select identifiers.identifier_key as contact_key
    from named
    inner join identifiers
        on named.identifier_type = identifiers.identifier_type
        and named.identifier_value = identifiers.identifier_value

    union

    {# it stands twice where it was there before and still is #}
    select identifier_key as contact_key
    from identifier_changes
    group by identifier_key
    having count(*) = 1

    union

    select identifier_key as contact_key
    from mapping_changes
    group by identifier_key
    having count(*) = 1 or min(customer_id) <> max(customer_id)

)

select contact_key from touched
