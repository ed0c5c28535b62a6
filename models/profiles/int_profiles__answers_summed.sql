{# How often each customer was written to on each channel, and answered, within the window (P8). A view counts less than a click. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__answers_touched',
    touched_keys=['customer_id'],
) }}
with

events as (

    select
        customer_id,
        channel,
        message_id,
        event_kind,
        occurred_at
    from {{ tekil.events_of_touched(by='int_profiles__answers_touched') }}
    where
        message_id is not null
        and occurred_at > {{ add_days(as_of(), '-' ~ context_rule('response_window_days')) }}

),

messages as (

    select
        customer_id,
        channel,
        message_id,
        max(case when event_kind = 'message' then 1 else 0 end) as is_sent,
        max(case when event_kind in ('message_viewed', 'message_clicked') then 1 else 0 end) as is_viewed,
        max(case when event_kind = 'message_clicked' then 1 else 0 end) as is_responded,
        max(case when event_kind = 'message_failed' then 1 else 0 end) as is_failed,
        max(case when event_kind = 'message_refused' then 1 else 0 end) as is_refused,
        max(case when event_kind = 'message' then occurred_at end) as sent_at,
        max(case when event_kind in ('message_viewed', 'message_clicked') then occurred_at end) as answered_at
    from events
    group by
        customer_id,
        channel,
        message_id

),

{# an answer proves its message, also when the sending itself was never told #}
answered as (

    select
        customer_id,
        channel,
        count(*) as sent_count,
        cast(sum(is_viewed) as bigint) as viewed_count,
        cast(sum(is_responded) as bigint) as responded_count,
        cast(sum(is_failed) as bigint) as failed_count,
        cast(sum(is_refused) as bigint) as refused_count,
        cast(
            sum(is_responded) * {{ context_rule('click_weight') }}
            + sum(is_viewed - is_responded) * {{ context_rule('view_weight') }} as numeric(18, 4)
        ) as answer_weight,
        max(sent_at) as last_sent_at,
        max(answered_at) as last_answered_at
    from messages
    group by
        customer_id,
        channel

)

select * from answered
