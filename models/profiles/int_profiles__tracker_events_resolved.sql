{# Tracker and Google Analytics events with their customer: the account where the event names one, else the cookie (I5).
   The two often see the same visit: an event of Google Analytics within var echo_minutes (30) of a tracker event of the same
   customer is an echo, and does not count. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__calls_touched',
    touched_keys=['event_id'],
    told=['event_id', 'customer_id', 'event_kind', 'order_id'],
) }}
{%- set is_renewal = is_renewed() %}

with

tracker as (

    select
        *,
        {# a device that stands in a store tells the store's clock and place; the store_id of a visit from home is where it will be fetched #}
        case when channel in ('kiosk', 'tablet', 'store') then store_id end as device_store_id
    from {{ tekil.view_of_calls('stg_tracker__events') }}

),

stores as (

    select * from {{ ref('int_profiles__stores_placed') }}

),

google_analytics as (

    select * from {{ tekil.view_of_customers('stg_google_analytics__events') }}

),

identifiers as (

    select * from {{ ref('int_profiles__identifiers_resolved') }}

),

plan as (

    select * from {{ ref('tracking_plan') }}

),

tracker_resolved as (

    select
        'tracker/' || tracker.event_id as event_id,
        coalesce(accounts.customer_id, cookies.customer_id) as customer_id,
        'tracker' as source,
        case when tracker.call_type = 'track' then coalesce(tracker.source_event_name, 'track') else tracker.call_type end as source_event,
        tracker.channel,
        tracker.product_id,
        tracker.category,
        tracker.search_term,
        tracker.order_id,
        cast(tracker.step as integer) as checkout_step,
        tracker.store_id,
        coalesce(tracker.timezone, stores.timezone) as timezone,
        coalesce(cast(tracker.amount as numeric(18, 4)), {{ round_decimal(exact_product('tracker.price', 'coalesce(tracker.quantity, 1)'), 12, 4) }}) as amount,
        tracker.currency,
        tracker.duration_seconds,
        tracker.device_type,
        case when coalesce(tracker.city, tracker.country) is null then stores.city else tracker.city end as city,
        tracker.region,
        case when coalesce(tracker.city, tracker.country) is null then stores.country else tracker.country end as country,
        tracker.campaign,
        tracker.occurred_at,
        {{ echo_span('tracker.occurred_at') }} as span
    from tracker
    left join identifiers as accounts
        on tracker.user_id = accounts.identifier_value
        and accounts.identifier_type = 'account_id'
    left join identifiers as cookies
        on tracker.anonymous_id = cookies.identifier_value
        and cookies.identifier_type = 'anonymous_id'
    left join stores on tracker.device_store_id = stores.store_id

),

google_analytics_resolved as (

    select
        'google_analytics/' || md5(google_analytics.source_event_name || '|' || {{ epoch_microseconds('google_analytics.occurred_at') }} || '|' || google_analytics.user_pseudo_id || '|' || google_analytics.row_ordinal) as event_id,
        coalesce(accounts.customer_id, cookies.customer_id) as customer_id,
        'google_analytics' as source,
        google_analytics.source_event_name as source_event,
        'web' as channel,
        google_analytics.product_id,
        google_analytics.category,
        google_analytics.search_term,
        google_analytics.order_id,
        cast(null as integer) as checkout_step,
        cast(null as {{ dbt.type_string() }}) as store_id,
        cast(null as {{ dbt.type_string() }}) as timezone,
        coalesce(cast(google_analytics.amount as numeric(18, 4)), {{ round_decimal(exact_product('google_analytics.price', 'coalesce(google_analytics.quantity, 1)'), 12, 4) }}) as amount,
        google_analytics.currency,
        google_analytics.engagement_time_msec * 0.001 as duration_seconds,
        google_analytics.device_type,
        google_analytics.city,
        google_analytics.region,
        google_analytics.country,
        google_analytics.campaign,
        google_analytics.occurred_at,
        {{ echo_span('google_analytics.occurred_at') }} as span
    from google_analytics
    left join identifiers as accounts
        on google_analytics.user_id = accounts.identifier_value
        and accounts.identifier_type = 'account_id'
    left join identifiers as cookies
        on google_analytics.user_pseudo_id = cookies.identifier_value
        and cookies.identifier_type = 'ga_client_id'

),

{# whom Google Analytics sees, and when the tracker saw whom, are read once more for themselves: events in all their width are then not kept for two readers #}
visitors as (

    select distinct
        user_id,
        user_pseudo_id
    from {{ tekil.view_of_customers('stg_google_analytics__events') }}

),

visitors_resolved as (

    select distinct coalesce(accounts.customer_id, cookies.customer_id) as customer_id
    from visitors
    left join identifiers as accounts
        on visitors.user_id = accounts.identifier_value
        and accounts.identifier_type = 'account_id'
    left join identifiers as cookies
        on visitors.user_pseudo_id = cookies.identifier_value
        and cookies.identifier_type = 'ga_client_id'

),

{% if is_renewal -%}
calls as (

    select event_id from {{ ref('int_profiles__calls_touched') }}

),

{# of the rest this very table knows when the tracker saw whom: a customer's calls are then not looked for among all landed ones #}
sights_resolved as (

    select
        customer_id,
        occurred_at,
        span
    from tracker_resolved
    where customer_id is not null
        and occurred_at <= {{ as_of() }}

    union all

    select
        touched_rows.customer_id,
        touched_rows.occurred_at,
        {{ echo_span('touched_rows.occurred_at') }} as span
    from {{ touched_of(this, by='int_profiles__customers_touched', keys=['customer_id']) }}
    left join calls on touched_rows.event_id = calls.event_id
    where touched_rows.source = 'tracker'
        and calls.event_id is null

),
{%- else -%}
sights as (

    select
        user_id,
        anonymous_id,
        occurred_at
    from {{ ref('stg_tracker__events') }}
    where occurred_at <= {{ as_of() }}

),

sights_resolved as (

    select
        coalesce(accounts.customer_id, cookies.customer_id) as customer_id,
        sights.occurred_at,
        {{ echo_span('sights.occurred_at') }} as span
    from sights
    left join identifiers as accounts
        on sights.user_id = accounts.identifier_value
        and accounts.identifier_type = 'account_id'
    left join identifiers as cookies
        on sights.anonymous_id = cookies.identifier_value
        and cookies.identifier_type = 'anonymous_id'

),
{%- endif %}

{# spans of echo_minutes in which the tracker saw a customer, with its first and last event there: an echo can then be found by equality #}
tracker_spans as (

    select
        sights_resolved.customer_id,
        sights_resolved.span,
        min(sights_resolved.occurred_at) as first_seen_at,
        max(sights_resolved.occurred_at) as last_seen_at
    from sights_resolved
    inner join visitors_resolved on sights_resolved.customer_id = visitors_resolved.customer_id
    group by
        sights_resolved.customer_id,
        sights_resolved.span

),

{# each span also tells of itself to the one before and the one after, so that one join asks all three #}
spans_told as (

    select
        tracker_spans.customer_id,
        tracker_spans.span + steps.step as span,
        case when steps.step = 0 then 1 end as is_same,
        case when steps.step = 1 then tracker_spans.last_seen_at end as seen_before_at,
        case when steps.step = -1 then tracker_spans.first_seen_at end as seen_after_at
    from tracker_spans
    cross join (values (-1), (0), (1)) as steps (step)

),

spans_near as (

    select
        customer_id,
        span,
        max(is_same) as is_same,
        max(seen_before_at) as seen_before_at,
        min(seen_after_at) as seen_after_at
    from spans_told
    group by
        customer_id,
        span

),

google_analytics_counted as (

    select google_analytics_resolved.*
    from google_analytics_resolved
    left join spans_near
        on google_analytics_resolved.customer_id = spans_near.customer_id
        and google_analytics_resolved.span = spans_near.span
    where spans_near.is_same is null
        and coalesce({{ seconds_between('spans_near.seen_before_at', 'google_analytics_resolved.occurred_at') }}, 999999) > {{ 60 * var('echo_minutes') }}
        and coalesce({{ seconds_between('google_analytics_resolved.occurred_at', 'spans_near.seen_after_at') }}, 999999) > {{ 60 * var('echo_minutes') }}

),

{# whose tracker events are not all looked at cannot be asked for echoes #}
google_analytics_kept as (

    select * from {{ touched_of('google_analytics_counted', by='int_profiles__customers_touched', keys=['customer_id']) }}

),

counted as (

    select * from tracker_resolved
    where customer_id is not null
        and occurred_at <= {{ as_of() }}

    union all

    select * from google_analytics_kept
    where customer_id is not null
        and occurred_at <= {{ as_of() }}

),

named as (

    select
        counted.event_id,
        counted.customer_id,
        {# a sender that writes an address into the name of an event must not bring it here #}
        case when plan.event_name is not null then plan.event_name else {{ without_contact_data('counted.source_event') }} end as event_name,
        coalesce(plan.event_kind, 'custom') as event_kind,
        coalesce(plan.is_own_act, true) as is_own_act,
        counted.channel,
        counted.source,
        counted.product_id,
        counted.category,
        {{ without_contact_data('counted.search_term') }} as search_term,
        counted.order_id,
        case when plan.event_kind = 'checkout' then coalesce(counted.checkout_step, plan.checkout_step) end as checkout_step,
        counted.amount,
        counted.currency,
        cast(counted.duration_seconds as numeric(18, 3)) as duration_seconds,
        counted.device_type,
        counted.store_id,
        counted.timezone,
        counted.city,
        counted.region,
        counted.country,
        {# mail programs fill the name of a campaign, too, with whom they wrote to; an id of ten digits is no phone number here #}
        case when counted.campaign like '%@%' then '<removed>' else counted.campaign end as campaign,
        counted.occurred_at
    from counted
    left join plan
        on counted.source = plan.source
        and counted.source_event = plan.source_event

)

select * from named
