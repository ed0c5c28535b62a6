{# Which session an online event belongs to. A session ends after 30 minutes of silence and at midnight of the shop's time zone,
   and never mixes channels. It is named for its first event, so arrival order and batching cannot rename it. #}
with

events as (

    select
        event_id,
        customer_id,
        channel,
        occurred_at
    from {{ ref('int_profiles__events_unioned') }}
    where
        source in ('tracker', 'google_analytics')
        or (source = 'shop' and event_kind = 'order' and channel <> 'store')

),

compared as (

    select
        events.*,
        lag(occurred_at) over (
            partition by customer_id, channel
            order by occurred_at, {{ binary_order('event_id') }}
        ) as previous_at
    from events

),

started as (

    select
        compared.*,
        case
            when previous_at is null then 1
            when {{ seconds_between('previous_at', 'occurred_at') }} > 60 * {{ var('session_timeout_minutes') }} then 1
            when {{ local_date('previous_at', default_timezone()) }} <> {{ local_date('occurred_at', default_timezone()) }} then 1
            else 0
        end as is_start
    from compared

),

numbered as (

    select
        started.*,
        sum(is_start) over (
            partition by customer_id, channel
            order by occurred_at, {{ binary_order('event_id') }}
            rows between unbounded preceding and current row
        ) as session_number
    from started

),

first_events as (

    select
        customer_id,
        channel,
        session_number,
        event_id as first_event_id
    from numbered
    where is_start = 1

),

assigned as (

    select
        numbered.event_id,
        'ses_' || substr(md5(first_events.first_event_id), 1, 20) as session_id
    from numbered
    inner join first_events
        on numbered.customer_id = first_events.customer_id
        and numbered.channel = first_events.channel
        and numbered.session_number = first_events.session_number

)

select * from assigned
