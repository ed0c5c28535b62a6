{# Online visits: what brought them, on what device and where, and what happened between arriving and leaving. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__sessions_touched',
    touched_keys=['session_id'],
) }}
with

events as (

    select * from {{ touched('customer_events', by='int_profiles__sessions_touched', keys=['session_id']) }}
    where session_id is not null

),

{# a session names at most one campaign, since another would have ended it; device and place are those of the first event that has them #}
summed as (

    select
        session_id,
        customer_id,
        channel,
        min({{ binary_order('campaign') }}) as campaign,
        coalesce(max(case when is_session_start then device_type end), min({{ binary_order('device_type') }})) as device_type,
        max(case when is_session_start then city end) as city,
        max(case when is_session_start then country end) as country,
        count(*) as events,
        sum(case when event_kind = 'page' then 1 else 0 end) as pages,
        sum(case when event_kind = 'view' then 1 else 0 end) as views,
        sum(case when event_kind = 'search' then 1 else 0 end) as searches,
        sum(case when event_kind = 'cart' then 1 else 0 end) as carts,
        sum(case when event_kind = 'checkout' then 1 else 0 end) as checkouts,
        count(distinct case when event_kind = 'order' then coalesce(order_id, event_id) end) as orders,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from events
    group by
        session_id,
        customer_id,
        channel

)

select
    ---------- ids
    session_id,
    customer_id,

    ---------- strings
    channel,
    campaign,
    device_type,
    city,
    country,

    ---------- numbers
    cast(events as bigint) as events,
    cast(pages as bigint) as pages,
    cast(views as bigint) as views,
    cast(searches as bigint) as searches,
    cast(carts as bigint) as carts,
    cast(checkouts as bigint) as checkouts,
    cast(orders as bigint) as orders,

    ---------- timestamps
    started_at,
    ended_at
from summed
