{# A session is one customer in one channel on one local day, with no silence longer than the rule, and it counts its events exactly. #}
with

events as (

    select
        event_id,
        session_id,
        customer_id,
        channel,
        event_kind,
        occurred_at,
        lag(occurred_at) over (
            partition by session_id
            order by occurred_at, {{ binary_order('event_id') }}
        ) as previous_at
    from {{ ref('customer_events') }}
    where session_id is not null

),

summed as (

    select
        session_id,
        count(*) as events,
        count(distinct customer_id) as customers,
        count(distinct channel) as channels,
        sum(case when event_kind = 'view' then 1 else 0 end) as views,
        sum(case when event_kind = 'cart' then 1 else 0 end) as carts,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max({{ seconds_between('previous_at', 'occurred_at') }}) as longest_silence
    from events
    group by session_id

),

sessions as (

    select * from {{ ref('customer_sessions') }}

)

select coalesce(summed.session_id, sessions.session_id) as session_id
from summed
full outer join sessions on summed.session_id = sessions.session_id
where summed.session_id is null
    or sessions.session_id is null
    or summed.events <> sessions.events
    or summed.views <> sessions.views
    or summed.carts <> sessions.carts
    or summed.started_at <> sessions.started_at
    or summed.ended_at <> sessions.ended_at
    or summed.customers > 1
    or summed.channels > 1
    or summed.longest_silence > 60 * {{ var('session_timeout_minutes') }}
    or {{ local_date('summed.started_at', default_timezone()) }} <> {{ local_date('summed.ended_at', default_timezone()) }}
