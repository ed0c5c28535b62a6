{# Whose habits and hours a renewal sums again: customers with an act that changed, and those with one that time alone took out of a window.
   Empty where everything is made anew. #}
{% set windows = [
    context_rule('context_window_days'),
    context_rule('engagement_high_window_days'),
    context_rule('engagement_medium_window_days'),
    context_rule('engagement_low_window_days'),
] -%}

with

event_changes as (

    select * from {{ changes_of('customer_events') }}
    where
        is_own_act
        and event_kind <> 'message_viewed'

),

events as (

    select * from {{ ref('customer_events') }}
    where
        is_own_act
        and event_kind <> 'message_viewed'

),

touched as (

    select customer_id from event_changes

    union

    select events.customer_id
    from events
    where {{ aged('events.occurred_at', windows) }}

)

select customer_id from touched
