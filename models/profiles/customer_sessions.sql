{# Online visits: what happened between arriving and leaving. #}
with

events as (

    select * from {{ ref('customer_events') }}
    where session_id is not null

),

summed as (

    select
        ---------- ids
        session_id,
        customer_id,

        ---------- strings
        channel,

        ---------- numbers
        count(*) as events,
        sum(case when event_kind = 'view' then 1 else 0 end) as views,
        sum(case when event_kind = 'cart' then 1 else 0 end) as carts,
        count(distinct case when event_kind = 'order' then coalesce(order_id, event_id) end) as orders,

        ---------- timestamps
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from events
    group by
        session_id,
        customer_id,
        channel

)

select
    session_id,
    customer_id,
    channel,
    cast(events as bigint) as events,
    cast(views as bigint) as views,
    cast(carts as bigint) as carts,
    cast(orders as bigint) as orders,
    started_at,
    ended_at
from summed
