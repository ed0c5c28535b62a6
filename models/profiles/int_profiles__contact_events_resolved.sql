{# Messages sent, seen, clicked and refused, and what customers asked of the shop: e-mail, SMS, push, WhatsApp, onsite, calls,
   the contact centre and social networks. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__customers_touched',
    touched_keys=['customer_id'],
    keys=['event_id'],
) }}
with

activities as (

    select * from {{ tekil.view_of_customers('stg_mailchimp__email_activities') }}

),

email_campaigns as (

    select * from {{ ref('int_profiles__campaigns_titled') }}

),

sends as (

    select * from {{ tekil.view_of_customers('stg_messaging__sends') }}

),

receipts as (

    select * from {{ tekil.view_of_customers('stg_messaging__receipts') }}

),

tickets as (

    select * from {{ tekil.view_of_customers('stg_zendesk__tickets') }}

),

social_messages as (

    select * from {{ tekil.view_of_customers('stg_sprout_social__messages') }}

),

identifiers as (

    select * from {{ ref('int_profiles__identifiers_resolved') }}

),

record_map as (

    select * from {{ ref('record_map') }}

),

plan as (

    select * from {{ ref('tracking_plan') }}

),

email_events as (

    select
        'mailchimp/' || md5(activities.campaign_id || '|' || activities.email_id || '|' || activities.action || '|' || {{ epoch_microseconds('activities.occurred_at') }}) as event_id,
        coalesce(addresses.customer_id, members.customer_id) as customer_id,
        'mailchimp' as source,
        activities.action as source_event,
        'email' as channel,
        activities.campaign_id as message_id,
        coalesce(email_campaigns.title, activities.campaign_id) as campaign,
        activities.occurred_at
    from activities
    left join email_campaigns on activities.campaign_id = email_campaigns.campaign_id
    left join identifiers as addresses
        on activities.email_match = addresses.identifier_value
        and addresses.identifier_type = 'email'
    left join identifiers as members
        on activities.email_id = members.identifier_value
        and members.identifier_type = 'mailchimp_member_id'

),

sends_resolved as (

    select
        sends.message_id,
        sends.channel,
        sends.campaign_id,
        sends.sent_at,
        identifiers.customer_id
    from sends
    inner join identifiers
        on (case when sends.recipient_type in ('phone', 'push_token', 'anonymous_id', 'account_id') then sends.recipient_type end) = identifiers.identifier_type
        and coalesce(sends.phone, sends.push_token, sends.anonymous_id, sends.account_id) = identifiers.identifier_value

),

message_events as (

    select
        'messaging/' || sends_resolved.message_id as event_id,
        sends_resolved.customer_id,
        'messaging' as source,
        'sent' as source_event,
        sends_resolved.channel,
        sends_resolved.message_id,
        sends_resolved.campaign_id as campaign,
        sends_resolved.sent_at as occurred_at
    from sends_resolved

    union all

    select
        'messaging/' || receipts.message_id || '/' || receipts.receipt_event || '/' || {{ epoch_microseconds('receipts.occurred_at') }} as event_id,
        sends_resolved.customer_id,
        'messaging' as source,
        receipts.receipt_event as source_event,
        sends_resolved.channel,
        sends_resolved.message_id,
        sends_resolved.campaign_id as campaign,
        receipts.occurred_at
    from receipts
    inner join sends_resolved on receipts.message_id = sends_resolved.message_id

),

service_events as (

    select
        'zendesk/' || tickets.ticket_id as event_id,
        record_map.customer_id,
        'zendesk' as source,
        'ticket' as source_event,
        'service' as channel,
        cast(null as {{ dbt.type_string() }}) as message_id,
        cast(null as {{ dbt.type_string() }}) as campaign,
        tickets.created_at as occurred_at
    from tickets
    inner join record_map
        on tickets.zendesk_user_id = record_map.record_id
        and record_map.source = 'zendesk'
        and record_map.table_name = 'users'

    union all

    select
        'sprout_social/' || social_messages.social_message_id as event_id,
        record_map.customer_id,
        'sprout_social' as source,
        'message' as source_event,
        'social' as channel,
        cast(null as {{ dbt.type_string() }}) as message_id,
        cast(null as {{ dbt.type_string() }}) as campaign,
        social_messages.occurred_at
    from social_messages
    inner join record_map
        on social_messages.social_message_id = record_map.record_id
        and record_map.source = 'sprout_social'
        and record_map.table_name = 'messages'

),

unioned as (

    select * from email_events

    union all

    select * from message_events

    union all

    select * from service_events

),

named as (

    select
        unioned.event_id,
        unioned.customer_id,
        case when plan.event_name is not null then plan.event_name else {{ without_contact_data('unioned.source_event') }} end as event_name,
        coalesce(plan.event_kind, 'custom') as event_kind,
        coalesce(plan.is_own_act, false) as is_own_act,
        unioned.channel,
        unioned.source,
        unioned.message_id,
        unioned.campaign,
        unioned.occurred_at
    from unioned
    left join plan
        on unioned.source = plan.source
        and unioned.source_event = plan.source_event
    where
        unioned.customer_id is not null
        and unioned.occurred_at <= {{ as_of() }}

)

select * from {{ touched_of('named', by='int_profiles__customers_touched', keys=['customer_id']) }}
