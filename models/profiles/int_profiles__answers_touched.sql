{# Whose messages a renewal counts again: customers with an event of a message that changed, and those with one that time alone took out of the window.
   Empty where everything is made anew. #}
with

event_changes as (

    select * from {{ changes_of('customer_events') }}
    where message_id is not null

),

events as (

    select * from {{ ref('customer_events') }}
    where message_id is not null

),

touched as (

    select customer_id from event_changes

    union

    select events.customer_id
    from events
    where {{ aged('events.occurred_at', [context_rule('response_window_days')]) }}

)

select customer_id from touched
