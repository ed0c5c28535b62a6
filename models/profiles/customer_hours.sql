{# In which hours of the day a customer is there, by the clock of where they are (X2): on how many days, and how often a message was answered.
   An opened message is no act: programs open mail too. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__habits_touched',
    touched_keys=['customer_id'],
) }}
with

events as (

    select
        customer_id,
        local_hour,
        event_kind,
        cast(occurred_at_local as date) as local_on
    from {{ tekil.events_of_touched(by='int_profiles__habits_touched') }}
    where
        is_own_act
        and event_kind <> 'message_viewed'
        and occurred_at > {{ add_days(as_of(), '-' ~ context_rule('context_window_days')) }}

),

by_day as (

    select
        customer_id,
        local_hour,
        local_on,
        count(*) as act_count,
        sum(case when event_kind = 'message_clicked' then 1 else 0 end) as response_count
    from events
    group by
        customer_id,
        local_hour,
        local_on

),

summed as (

    select
        ---------- ids
        customer_id,

        ---------- numbers
        local_hour,
        count(*) as active_day_count,
        cast(sum(act_count) as bigint) as act_count,
        cast(sum(response_count) as bigint) as response_count
    from by_day
    group by
        customer_id,
        local_hour

)

select * from summed
