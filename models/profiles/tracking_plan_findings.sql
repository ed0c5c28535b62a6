{# The tracking plan against reality, both ways: what sources send that the plan does not know (it counts as custom), and what the plan
   knows that no source ever sent. Counted from staging, so that events of nobody count too. An event name is free text of a sender: one that
   is an e-mail address or a phone number is not repeated here (M1). #}
with

plan as (

    select * from {{ ref('tracking_plan') }}

),

told as (

    select
        'tracker' as source,
        case when call_type = 'track' then coalesce(source_event_name, 'track') else call_type end as source_event,
        occurred_at
    from {{ ref('stg_tracker__events') }}

    union all

    select
        'google_analytics' as source,
        source_event_name as source_event,
        occurred_at
    from {{ ref('stg_google_analytics__events') }}

    union all

    select
        'shop' as source,
        'order' as source_event,
        ordered_at as occurred_at
    from {{ ref('stg_shop__orders') }}

    union all

    select
        'shop' as source,
        'cancellation' as source_event,
        cancelled_at as occurred_at
    from {{ ref('stg_shop__orders') }}
    where cancelled_at is not null

    union all

    select
        'shop' as source,
        'refund' as source_event,
        refunded_at as occurred_at
    from {{ ref('stg_shop__refunds') }}

    union all

    select
        'pos' as source,
        coalesce(kind, 'sale') as source_event,
        occurred_at
    from {{ ref('stg_pos__receipts') }}

    union all

    select
        'mailchimp' as source,
        action as source_event,
        occurred_at
    from {{ ref('stg_mailchimp__email_activities') }}

    union all

    select
        'messaging' as source,
        'sent' as source_event,
        sent_at as occurred_at
    from {{ ref('stg_messaging__sends') }}

    union all

    select
        'messaging' as source,
        receipt_event as source_event,
        occurred_at
    from {{ ref('stg_messaging__receipts') }}

    union all

    select
        'zendesk' as source,
        'ticket' as source_event,
        created_at as occurred_at
    from {{ ref('stg_zendesk__tickets') }}

    union all

    select
        'sprout_social' as source,
        'message' as source_event,
        occurred_at
    from {{ ref('stg_sprout_social__messages') }}

),

counted as (

    select
        source,
        source_event,
        count(*) as event_count,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from told
    where occurred_at <= {{ as_of() }}
    group by
        source,
        source_event

),

unknown as (

    select
        counted.source,
        {{ without_contact_data('counted.source_event') }} as source_event,
        counted.event_count,
        counted.first_seen_at,
        counted.last_seen_at
    from counted
    left join plan
        on counted.source = plan.source
        and counted.source_event = plan.source_event
    where plan.source is null

),

unseen as (

    select
        plan.source,
        plan.source_event
    from plan
    left join counted
        on plan.source = counted.source
        and plan.source_event = counted.source_event
    where counted.source is null

),

findings as (

    select
        ---------- strings
        source,
        source_event,
        'unknown' as finding,

        ---------- numbers
        cast(sum(event_count) as bigint) as event_count,

        ---------- timestamps
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from unknown
    group by
        source,
        source_event

    union all

    select
        source,
        source_event,
        'unseen' as finding,
        cast(0 as bigint) as event_count,
        cast(null as timestamp) as first_seen_at,
        cast(null as timestamp) as last_seen_at
    from unseen

)

select * from findings
