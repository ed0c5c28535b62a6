{# Whose interests a renewal sums again: customers of whom an event, a line bought, a return or a complaint changed that speaks of a product or a category; of whom one
   speaks of a product whose category or brand changed; and those for whom time alone took one out of a window. Empty where everything is made anew. #}
{% set windows = interest_windows() -%}

with

event_changes as (

    select * from {{ changes_of('customer_events') }}
    where product_id is not null or category is not null

),

line_changes as (

    select * from {{ changes_of('customer_order_lines') }}
    where customer_id is not null

),

return_changes as (

    select * from {{ changes_of('int_profiles__products_returned') }}

),

blame_changes as (

    select * from {{ changes_of('int_profiles__complaints_blamed') }}

),

product_changes as (

    select * from {{ changes_of('int_profiles__products_categorised') }}

),

weights as (

    select * from {{ ref('affinity_weights') }}

),

{# the stream is read twice, each time for few columns: kept for both it would be wide. What a kind speaks of is not asked: too many listed is no harm #}
product_events as (

    select
        customer_id,
        product_id
    from {{ ref('customer_events') }}
    where product_id is not null

),

dated_events as (

    select
        customer_id,
        occurred_at
    from {{ ref('customer_events') }}
    where event_kind in (select weights.event_kind from weights)

),

product_lines as (

    select
        customer_id,
        product_id
    from {{ ref('customer_order_lines') }}
    where
        customer_id is not null
        and product_id is not null

),

dated_lines as (

    select
        customer_id,
        ordered_at
    from {{ ref('customer_order_lines') }}
    where
        customer_id is not null
        and product_id is not null

),

returns as (

    select * from {{ ref('int_profiles__products_returned') }}

),

blamed as (

    select * from {{ ref('int_profiles__complaints_blamed') }}

),

touched as (

    select event_changes.customer_id
    from event_changes
    inner join weights on event_changes.event_kind = weights.event_kind

    union

    select customer_id from line_changes

    union

    select customer_id from return_changes

    union

    select customer_id from blame_changes

    union

    select product_events.customer_id
    from product_events
    inner join product_changes on product_events.product_id = product_changes.product_id

    union

    {# what was returned or complained of was bought #}
    select product_lines.customer_id
    from product_lines
    inner join product_changes on product_lines.product_id = product_changes.product_id

    union

    select dated_events.customer_id
    from dated_events
    where {{ aged('dated_events.occurred_at', windows) }}

    union

    select dated_lines.customer_id
    from dated_lines
    where {{ aged('dated_lines.ordered_at', windows) }}

    union

    select returns.customer_id
    from returns
    where {{ aged('returns.returned_at', windows) }}

    union

    select blamed.customer_id
    from blamed
    where {{ aged('blamed.occurred_at', windows) }}

)

select customer_id from touched
