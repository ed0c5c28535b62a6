{# Online visits with a cart or a checkout: how far each got, on what device, whether it ended in an order, and whether one followed elsewhere (X1). #}
{{ config(
    materialized='renewed',
    touched='int_profiles__visits_touched',
    touched_keys=['customer_id'],
    keys=['session_id'],
) }}
with

events as (

    select
        session_id,
        event_kind,
        checkout_step,
        occurred_at
    from {{ tekil.events_of_touched(by='int_profiles__visits_touched') }}
    where
        session_id is not null
        and event_kind in ('cart', 'checkout', 'order')

),

sessions as (

    select * from {{ touched('customer_sessions', by='int_profiles__visits_touched', keys=['customer_id']) }}

),

orders as (

    select
        customer_id,
        ordered_at
    from {{ touched('customer_orders', by='int_profiles__visits_touched', keys=['customer_id']) }}
    where is_purchase and customer_id is not null

),

{# step 0 is the cart; a step of the checkout without a number is its first #}
walked as (

    select
        session_id,
        max(case event_kind when 'cart' then 0 when 'checkout' then coalesce(checkout_step, 1) end) as furthest_step,
        max(case when event_kind = 'order' then 1 else 0 end) as has_ordered,
        max(occurred_at) as left_at
    from events
    group by session_id

),

located as (

    select
        walked.session_id,
        sessions.customer_id,
        coalesce(sessions.device_type, 'unknown') as device_type,
        sessions.channel,
        walked.furthest_step,
        walked.has_ordered,
        walked.left_at
    from walked
    inner join sessions on walked.session_id = sessions.session_id
    where walked.furthest_step is not null

),

{# the next purchase of the customer anywhere: visits and purchases in one line of time #}
line as (

    select
        customer_id,
        session_id,
        left_at as happened_at,
        cast(null as timestamp) as ordered_at
    from located

    union all

    select
        customer_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        ordered_at as happened_at,
        ordered_at
    from orders

),

followed as (

    select
        session_id,
        min(ordered_at) over (
            partition by customer_id
            order by happened_at
            range between current row and unbounded following
        ) as next_ordered_at
    from line

)

select
    ---------- ids
    located.session_id,
    located.customer_id,

    ---------- strings
    located.device_type,
    located.channel,

    ---------- numbers
    located.furthest_step,

    ---------- booleans
    located.has_ordered = 1 as has_ordered,
    located.has_ordered = 0
    and coalesce(followed.next_ordered_at <= {{ add_days('located.left_at', context_rule('recovery_days')) }}, false) as is_recovered,

    ---------- timestamps
    located.left_at
from located
inner join followed on located.session_id = followed.session_id
