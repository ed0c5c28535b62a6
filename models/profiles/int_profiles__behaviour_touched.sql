{# Whose behaviour and views a renewal sums again: customers with an event or an order line that changed, and those with an event that
   time alone took out of a window. Empty where everything is made anew. #}
{% set windows = profile_windows() + [profile_count('product_views', 'repeat_window_days')] -%}

with

event_changes as (

    select * from {{ changes_of('customer_events') }}

),

line_changes as (

    select * from {{ changes_of('customer_order_lines') }}

),

events as (

    select * from {{ ref('customer_events') }}
    where event_kind in ('{{ counted_events().values() | join("', '") }}')

),

touched as (

    select customer_id from event_changes

    union

    select customer_id from line_changes
    where customer_id is not null

    union

    select events.customer_id
    from events
    where {{ aged('events.occurred_at', windows) }}

)

select customer_id from touched
