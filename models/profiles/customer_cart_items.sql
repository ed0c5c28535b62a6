{# How long each product put in a cart stayed there: until it was taken out, until anything was bought, or still.
   Adding a product again while it lies there renews it; every addition keeps its row, so that any past day can be told. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__carts_touched',
    touched_keys=['customer_id'],
    keys=['event_id'],
) }}
with

events as (

    select
        event_id,
        customer_id,
        product_id,
        event_kind,
        amount_base,
        occurred_at
    from {{ tekil.events_of_touched(by='int_profiles__carts_touched') }}
    where
        (event_kind in ('cart', 'cart_removal') and product_id is not null)
        or event_kind = 'order'

),

{# what ends a hold is looked for from the addition on, so a purchase in the same instant ends it #}
walked as (

    select
        events.*,
        min(case when event_kind = 'order' then occurred_at end) over (
            partition by customer_id
            order by occurred_at
            range between current row and unbounded following
        ) as bought_at,
        min(case when event_kind = 'cart_removal' then occurred_at end) over (
            partition by
                customer_id,
                product_id
            order by occurred_at
            range between current row and unbounded following
        ) as removed_at
    from events

),

ended as (

    select
        customer_id,
        product_id,
        event_id,
        amount_base,
        occurred_at as added_at,
        bought_at,
        least(
            coalesce(bought_at, timestamp '9999-12-31 00:00:00'),
            coalesce(removed_at, timestamp '9999-12-31 00:00:00')
        ) as ended_at
    from walked
    where event_kind = 'cart'

),

{# additions of a product that end together are one stay in the cart #}
renewed as (

    select
        ended.*,
        lead(added_at) over (
            partition by
                customer_id,
                product_id,
                ended_at
            order by
                added_at,
                {{ binary_order('event_id') }}
        ) as renewed_at
    from ended

)

select
    ---------- ids
    event_id,
    customer_id,
    product_id,

    ---------- strings
    case
        when ended_at = timestamp '9999-12-31 00:00:00' then 'open'
        when ended_at = bought_at then 'bought'
        else 'removed'
    end as ending,

    ---------- numbers
    amount_base,

    ---------- timestamps
    added_at,
    renewed_at,
    case when ended_at < timestamp '9999-12-31 00:00:00' then ended_at end as ended_at
from renewed
