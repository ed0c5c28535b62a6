{# Another campaign begins another session (X4), so a session that names two was not ended, and one that starts on the same channel within the silence and the day must name a campaign of its own. #}
with

events as (

    select * from {{ ref('customer_events') }}
    where session_id is not null

),

two_campaigns as (

    select
        session_id,
        'names two campaigns' as problem
    from events
    group by session_id
    having count(distinct campaign) > 1

),

sessions as (

    select
        session_id,
        customer_id,
        channel,
        campaign,
        started_at,
        ended_at,
        lag(ended_at) over (
            partition by
                customer_id,
                channel
            order by
                started_at,
                ended_at
        ) as previous_ended_at
    from {{ ref('customer_sessions') }}

),

needless as (

    select
        session_id,
        'begins without a reason' as problem
    from sessions
    where
        campaign is null
        and {{ seconds_between('previous_ended_at', 'started_at') }} <= 60 * {{ var('session_timeout_minutes') }}
        and {{ local_date('previous_ended_at', default_timezone()) }} = {{ local_date('started_at', default_timezone()) }}

)

select * from two_campaigns

union all

select * from needless
