{# What a source says of a known customer is in the behaviour stream, once: web and app (S1), campaigns (S5), messages (S6), tickets (S7),
   social messages (S9), and Google Analytics where it saw what the tracker did not (S8). Counted from staging through the vault. #}
with

known as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        identity_map.customer_id
    from {{ ref('identifiers') }} as identifiers
    inner join {{ ref('identity_map') }} as identity_map on identifiers.identifier_key = identity_map.identifier_key

),

plan as (

    select * from {{ ref('tracking_plan') }}

),

told as (

    select
        'tracker' as source,
        count(*) as event_count
    from {{ ref('stg_tracker__events') }} as events
    left join plan
        on plan.source = 'tracker'
        and plan.source_event = case when events.call_type = 'track' then coalesce(events.source_event_name, 'track') else events.call_type end
    where events.occurred_at <= {{ as_of() }}
        and coalesce(plan.event_kind, 'custom') not in ('order', 'return', 'cancellation')
        and (
            events.user_id in (select identifier_value from known where identifier_type = 'account_id')
            or events.anonymous_id in (select identifier_value from known where identifier_type = 'anonymous_id')
        )

    union all

    select
        'mailchimp' as source,
        count(*) as event_count
    from {{ ref('stg_mailchimp__email_activities') }}
    where occurred_at <= {{ as_of() }}
        and (
            email_match in (select identifier_value from known where identifier_type = 'email')
            or email_id in (select identifier_value from known where identifier_type = 'mailchimp_member_id')
        )

    union all

    select
        'messaging' as source,
        count(*) as event_count
    from {{ ref('stg_messaging__sends') }} as sends
    inner join known
        on sends.recipient_type = known.identifier_type
        and coalesce(sends.phone, sends.push_token, sends.anonymous_id, sends.account_id) = known.identifier_value
    where sends.sent_at <= {{ as_of() }}

    union all

    select
        'zendesk' as source,
        count(*) as event_count
    from {{ ref('stg_zendesk__tickets') }} as tickets
    inner join known
        on known.identifier_type = 'zendesk_user_id'
        and tickets.zendesk_user_id = known.identifier_value
    where tickets.created_at <= {{ as_of() }}

    union all

    select
        'sprout_social' as source,
        count(*) as event_count
    from {{ ref('stg_sprout_social__messages') }} as messages
    inner join known
        on known.identifier_type = 'social_handle'
        and messages.social_handle = known.identifier_value
    where messages.occurred_at <= {{ as_of() }}

),

streamed as (

    select
        source,
        count(*) as event_count
    from {{ ref('customer_events') }}
    where (source in ('mailchimp', 'zendesk', 'sprout_social'))
        or (source = 'messaging' and event_name = 'Message Sent')
        or (source = 'tracker' and event_kind not in ('order', 'return', 'cancellation'))
    group by source

)

select
    told.source,
    told.event_count as told_count,
    streamed.event_count as streamed_count
from told
left join streamed on told.source = streamed.source
where told.event_count <> coalesce(streamed.event_count, 0)
