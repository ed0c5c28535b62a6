{# Which events a renewal unites again: those that changed in one of the three kinds, and what the tracker tells of an order that changed.
   Empty where everything is made anew. #}
with

tracker_changes as (

    select * from {{ changes_of('int_profiles__tracker_events_resolved') }}

),

order_changes as (

    select * from {{ changes_of('int_profiles__order_events_resolved') }}

),

contact_changes as (

    select * from {{ changes_of('int_profiles__contact_events_resolved') }}

),

tracker_events as (

    select * from {{ ref('int_profiles__tracker_events_resolved') }}
    where event_kind in ('order', 'return', 'cancellation')

),

touched as (

    select event_id from tracker_changes

    union

    select event_id from order_changes

    union

    select event_id from contact_changes

    union

    select tracker_events.event_id
    from tracker_events
    inner join order_changes on tracker_events.order_id = order_changes.order_id

)

select event_id from touched
