{# Orders, cancellations and refunds as events. The shop's row is the truth of an order that the tracker told too;
   the tracker's row lends it device, place and campaign, and is then not counted itself. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__orders_touched',
    touched_keys=['source', 'order_id'],
    keys=['event_id'],
) }}
with

customer_orders as (

    select * from {{ touched('customer_orders', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}
    where customer_id is not null

),

refunds as (

    select * from {{ touched('int_profiles__refunds_told', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}

),

tracker_orders as (

    select
        *,
        'shop' as told_source,
        row_number() over (
            partition by order_id
            order by
                case when source = 'tracker' then 0 else 1 end,
                occurred_at,
                {{ binary_order('event_id') }}
        ) as telling
    from {{ touched('int_profiles__tracker_events_resolved', by='int_profiles__orders_touched', keys=['order_id']) }}
    where event_kind = 'order' and order_id is not null

),

stores as (

    select * from {{ ref('int_profiles__stores_placed') }}

),

{# told_source: equality on both columns, since a condition on the left table alone would make a loop of the join #}
ordered as (

    select
        customer_orders.source || '/' || customer_orders.kind || '/' || customer_orders.order_id as event_id,
        customer_orders.customer_id,
        case when customer_orders.kind = 'order' then 'Order Completed' else 'Order Refunded' end as event_name,
        customer_orders.kind as event_kind,
        true as is_own_act,
        customer_orders.channel,
        customer_orders.source,
        customer_orders.order_id,
        case when customer_orders.kind = 'order' then customer_orders.gross_amount else customer_orders.net_amount end as amount,
        customer_orders.currency,
        coalesce(customer_orders.device_type, tracker_orders.device_type) as device_type,
        customer_orders.store_id,
        coalesce(tracker_orders.timezone, stores.timezone) as timezone,
        coalesce(tracker_orders.city, stores.city) as city,
        tracker_orders.region,
        coalesce(tracker_orders.country, stores.country) as country,
        tracker_orders.campaign,
        customer_orders.ordered_at as occurred_at
    from customer_orders
    left join tracker_orders
        on customer_orders.order_id = tracker_orders.order_id
        and customer_orders.source = tracker_orders.told_source
        and tracker_orders.telling = 1
    left join stores on customer_orders.store_id = stores.store_id

),

cancelled as (

    select
        customer_orders.source || '/cancellation/' || customer_orders.order_id as event_id,
        customer_orders.customer_id,
        'Order Cancelled' as event_name,
        'cancellation' as event_kind,
        true as is_own_act,
        customer_orders.channel,
        customer_orders.source,
        customer_orders.order_id,
        -customer_orders.gross_amount as amount,
        customer_orders.currency,
        customer_orders.device_type,
        customer_orders.store_id,
        cast(null as {{ dbt.type_string() }}) as timezone,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as campaign,
        customer_orders.cancelled_at as occurred_at
    from customer_orders
    where customer_orders.is_cancelled

),

refunded as (

    select
        'shop/refund/' || refunds.refund_id as event_id,
        customer_orders.customer_id,
        'Order Refunded' as event_name,
        'return' as event_kind,
        true as is_own_act,
        customer_orders.channel,
        'shop' as source,
        customer_orders.order_id,
        cast(-refunds.amount as numeric(18, 4)) as amount,
        customer_orders.currency,
        cast(null as {{ dbt.type_string() }}) as device_type,
        customer_orders.store_id,
        cast(null as {{ dbt.type_string() }}) as timezone,
        cast(null as {{ dbt.type_string() }}) as city,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as campaign,
        refunds.refunded_at as occurred_at
    from refunds
    inner join customer_orders
        on refunds.order_id = customer_orders.order_id
        and customer_orders.source = 'shop'
        and customer_orders.kind = 'order'

),

unioned as (

    select * from ordered

    union all

    select * from cancelled

    union all

    select * from refunded

)

select * from unioned
