{# Which session an online event belongs to. A session ends after 30 minutes of silence, at midnight of the shop's time zone, and when
   another campaign brings the customer back; it never mixes channels. An event that names no campaign ends nothing, nor does one that names
   the campaign last named on the channel. A session is named for its first event, so arrival order and batching cannot rename it. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__walks_touched',
    touched_keys=['customer_id'],
    keys=['event_id'],
) }}
with

events as (

    select
        event_id,
        customer_id,
        channel,
        campaign,
        {{ default_timezone() }} as timezone,
        occurred_at
    from {{ touched('int_profiles__events_unioned', by='int_profiles__walks_touched', keys=['customer_id']) }}
    where
        source in ('tracker', 'google_analytics')
        or (source = 'shop' and event_kind = 'order' and channel <> 'store')

),

zone_offsets as (

    select * from {{ ref('int_profiles__zone_offsets_ranged') }}

),

dated as (

    select
        events.event_id,
        events.customer_id,
        events.channel,
        events.campaign,
        events.occurred_at,
        cast({{ add_minutes('events.occurred_at', 'zone_offsets.offset_minutes') }} as date) as local_on,
        case when events.campaign is null then 1 else 0 end as is_unnamed
    from events
    left join zone_offsets
        on events.timezone = zone_offsets.timezone
        and events.occurred_at >= zone_offsets.valid_from
        and events.occurred_at < zone_offsets.valid_to

),

{# of one instant, what names a campaign comes first: it is what brought the rest #}
compared as (

    select
        dated.*,
        lag(occurred_at) over (
            partition by customer_id, channel
            order by occurred_at, is_unnamed, {{ binary_order('event_id') }}
        ) as previous_at,
        lag(local_on) over (
            partition by customer_id, channel
            order by occurred_at, is_unnamed, {{ binary_order('event_id') }}
        ) as previous_on,
        lag(campaign) over (
            partition by customer_id, channel, is_unnamed
            order by occurred_at, {{ binary_order('event_id') }}
        ) as previous_campaign
    from dated

),

started as (

    select
        compared.*,
        case
            when previous_at is null then 1
            when {{ seconds_between('previous_at', 'occurred_at') }} > 60 * {{ var('session_timeout_minutes') }} then 1
            when previous_on <> local_on then 1
            when campaign is not null and campaign is distinct from previous_campaign then 1
            else 0
        end as is_start
    from compared

),

numbered as (

    select
        started.*,
        sum(is_start) over (
            partition by customer_id, channel
            order by occurred_at, is_unnamed, {{ binary_order('event_id') }}
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
        numbered.customer_id,
        'ses_' || substr(md5(first_events.first_event_id), 1, 20) as session_id,
        numbered.is_start = 1 as is_session_start
    from numbered
    inner join first_events
        on numbered.customer_id = first_events.customer_id
        and numbered.channel = first_events.channel
        and numbered.session_number = first_events.session_number

)

select * from assigned
