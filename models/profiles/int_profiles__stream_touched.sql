{# Which events of the stream a renewal tells again: those that changed, or their session; all of a customer whose time zones changed, and of a product whose
   category did. Empty where everything is made anew. #}
with

event_changes as (

    select * from {{ changes_of('int_profiles__events_unioned') }}

),

session_changes as (

    select * from {{ changes_of('int_profiles__sessions_assigned') }}

),

zone_changes as (

    select * from {{ changes_of('int_profiles__zones_walked') }}

),

product_changes as (

    select * from {{ changes_of('int_profiles__products_categorised') }}

),

events as (

    select * from {{ ref('int_profiles__events_unioned') }}

),

touched as (

    select event_id from event_changes

    union

    select event_id from session_changes

    union

    select events.event_id
    from events
    inner join zone_changes on events.customer_id = zone_changes.customer_id

    union

    select events.event_id
    from events
    inner join product_changes on events.product_id = product_changes.product_id

)

select event_id from touched
