{# All behaviour of all sources in one vocabulary (seeds/rules/tracking_plan.csv), each event with its customer. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__events_touched',
    touched_keys=['event_id'],
    told=['event_id', 'customer_id'],
) }}
with

tracker_events as (

    select * from {{ touched('int_profiles__tracker_events_resolved', by='int_profiles__events_touched', keys=['event_id']) }}

),

order_events as (

    select * from {{ ref('int_profiles__order_events_resolved') }}

),

contact_events as (

    select * from {{ touched('int_profiles__contact_events_resolved', by='int_profiles__events_touched', keys=['event_id']) }}

),

{# an order that two systems tell counts once: the shop's own row stays #}
tracker_events_kept as (

    select tracker_events.*
    from tracker_events
    left join order_events
        on tracker_events.order_id = order_events.order_id
        and order_events.source = 'shop'
        and order_events.event_kind = 'order'
    where
        tracker_events.event_kind not in ('order', 'return', 'cancellation')
        or order_events.order_id is null

),

unioned as (

    select
        event_id,
        customer_id,
        event_name,
        event_kind,
        is_own_act,
        channel,
        source,
        product_id,
        category,
        search_term,
        order_id,
        checkout_step,
        amount,
        currency,
        duration_seconds,
        device_type,
        city,
        region,
        country,
        campaign,
        store_id,
        cast(null as {{ dbt.type_string() }}) as message_id,
        timezone,
        occurred_at
    from tracker_events_kept

    union all

    select
        event_id,
        customer_id,
        event_name,
        event_kind,
        is_own_act,
        channel,
        source,
        cast(null as {{ dbt.type_string() }}) as product_id,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_string() }}) as search_term,
        order_id,
        cast(null as integer) as checkout_step,
        amount,
        currency,
        cast(null as numeric(18, 3)) as duration_seconds,
        device_type,
        city,
        region,
        country,
        campaign,
        store_id,
        cast(null as {{ dbt.type_string() }}) as message_id,
        timezone,
        occurred_at
    from order_events

    union all

    select
        event_id,
        customer_id,
        event_name,
        event_kind,
        is_own_act,
        channel,
        source,
        cast(null as {{ dbt.type_string() }}) as product_id,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_string() }}) as search_term,
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as integer) as checkout_step,
        cast(null as numeric(18, 4)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as numeric(18, 3)) as duration_seconds,
        cast(null as {{ dbt.type_string() }}) as device_type,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as country,
        campaign,
        cast(null as {{ dbt.type_string() }}) as store_id,
        message_id,
        cast(null as {{ dbt.type_string() }}) as timezone,
        occurred_at
    from contact_events

)

select * from {{ touched_of('unioned', by='int_profiles__events_touched', keys=['event_id']) }}
