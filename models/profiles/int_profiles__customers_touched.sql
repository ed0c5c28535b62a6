{# Whose tracker and contact events a renewal looks at again: customers that an identifier or a record came to or left; those named by evidence of new or
   replaced rows, before or now; those with a row that the clock hid in the last run; those that a campaign wrote to whose title
   changed, or who used a device in a store that moved.
   Empty where everything is made anew. #}
-- depends_on: {{ ref('int_profiles__campaigns_titled') }}, {{ ref('int_profiles__stores_placed') }}, {{ ref('stg_mailchimp__email_activities') }}, {{ ref('stg_messaging__sends') }}, {{ ref('stg_messaging__receipts') }}, {{ ref('stg_zendesk__tickets') }}
{%- set is_renewal = is_renewed() %}
{%- set tracker_events = tekil.relation_of('int_profiles__tracker_events_resolved') if is_renewal else none %}
{%- set contact_events = tekil.relation_of('int_profiles__contact_events_resolved') if is_renewal else none %}

with

identity_map as (

    select * from {{ ref('identity_map') }}
    {{ 'where false' if not is_renewal }}

),

{# the last sight of an identifier is of all its rows, hidden ones too #}
sighted as (

    select customer_id from {{ ref('identity_map') }}
    where last_seen_at > {{ tekil.former_as_of() }}

),

record_map as (

    select * from {{ ref('record_map') }}
    {{ 'where false' if not is_renewal }}

),

mapping_changes as (

    select * from {{ changes_of('identity_map') }}

),

record_changes as (

    select * from {{ changes_of('record_map') }}

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

origins as (

    select * from {{ ref('int_staging__origins_touched') }}

),

evidence as (

    select * from {{ ref('int_staging__evidence_unioned') }}

),

evidence_changes as (

    select * from {{ changes_of('int_staging__evidence_unioned') }}

),

{# what has no customer any more, or had none before #}
accounts_moved as (

    select identifier_key
    from mapping_changes
    where identifier_type = 'account_id'
    group by identifier_key
    having count(*) = 1

),

named as (

    select
        evidence.identifier_type,
        evidence.identifier_value
    from evidence
    inner join origins
        on evidence.source = origins.source
        and evidence.table_name = origins.table_name
        and evidence.origin = origins.origin

    union

    select
        identifier_type,
        identifier_value
    from evidence_changes

    union

    {# a call whose account came or went is, or was, of its cookie's customer #}
    select
        beside.identifier_type,
        beside.identifier_value
    from accounts_moved
    inner join identifiers on accounts_moved.identifier_key = identifiers.identifier_key
    inner join evidence
        on identifiers.identifier_type = evidence.identifier_type
        and identifiers.identifier_value = evidence.identifier_value
    inner join evidence as beside
        on evidence.source = beside.source
        and evidence.table_name = beside.table_name
        and evidence.origin = beside.origin
    where evidence.source in ('tracker', 'google_analytics')
    {%- if is_renewal %}

    union

    select
        'mailchimp_member_id' as identifier_type,
        email_id as identifier_value
    from {{ tekil.rows_arrived('mailchimp__email_activity', 'timestamp') }}

    union

    select
        evidence.identifier_type,
        evidence.identifier_value
    from evidence
    inner join {{ source('raw', 'messaging__sends') }} as sends on evidence.origin = sends.recipient
    where
        evidence.source = 'messaging'
        and evidence.table_name = 'sends'
        and sends.message_id in (select message_id from {{ tekil.rows_arrived('messaging__receipts', 'occurred_at') }})
    {%- endif %}

),

touched as (

    select customer_id from mapping_changes

    union

    select customer_id from record_changes

    union

    select identity_map.customer_id
    from named
    inner join identifiers
        on named.identifier_type = identifiers.identifier_type
        and named.identifier_value = identifiers.identifier_value
    inner join identity_map on identifiers.identifier_key = identity_map.identifier_key

    union

    {# a record is not always of a customer whom its own row names #}
    select record_map.customer_id
    from record_map
    inner join origins
        on record_map.source = origins.source
        and record_map.table_name = origins.table_name
        and record_map.record_id = origins.origin

    union

    select customer_id from sighted
    {%- if is_renewal %}

    union

    select record_map.customer_id
    from record_map
    inner join {{ tekil.rows_arrived('zendesk__tickets', 'created_at') }} on record_map.record_id = zendesk__tickets.requester_id
    where
        record_map.source = 'zendesk'
        and record_map.table_name = 'users'

    union

    select events.customer_id
    from {{ contact_events }} as events
    inner join {{ tekil.rows_arrived('zendesk__tickets', 'created_at') }} on events.event_id = 'zendesk/' || zendesk__tickets.id

    union

    select events.customer_id
    from {{ contact_events }} as events
    inner join {{ changes_of('int_profiles__campaigns_titled') }} as title_changes on events.message_id = title_changes.campaign_id
    where events.source = 'mailchimp'

    union

    select events.customer_id
    from {{ tracker_events }} as events
    inner join {{ changes_of('int_profiles__stores_placed') }} as place_changes on events.store_id = place_changes.store_id
    {%- endif %}

)

select customer_id from touched
