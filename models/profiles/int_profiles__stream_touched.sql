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

{# read twice, in few columns each: in all their width they would be kept for two readers #}
customer_events as (

    select
        event_id,
        customer_id
    from {{ ref('int_profiles__events_unioned') }}

),

product_events as (

    select
        event_id,
        product_id
    from {{ ref('int_profiles__events_unioned') }}
    where product_id is not null

),

touched as (

    select event_id from event_changes

    union

    select event_id from session_changes

    union

    select customer_events.event_id
    from customer_events
    inner join zone_changes on customer_events.customer_id = zone_changes.customer_id

    union

    select product_events.event_id
    from product_events
    inner join product_changes on product_events.product_id = product_changes.product_id

)

select event_id from touched
