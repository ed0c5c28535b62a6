{# Each order and return of a known buyer is told once in the behaviour stream, with its money: segments and profile then agree. #}
with

customer_orders as (

    select
        source,
        order_id,
        kind,
        customer_id,
        case when kind = 'order' then gross_amount else net_amount end as amount
    from {{ ref('customer_orders') }}
    where customer_id is not null

),

events as (

    select
        event_id,
        customer_id,
        amount
    from {{ ref('customer_events') }}
    where source in ('shop', 'pos')

)

select
    customer_orders.source,
    customer_orders.order_id
from customer_orders
left join events on customer_orders.source || '/' || customer_orders.kind || '/' || customer_orders.order_id = events.event_id
where events.event_id is null
    or events.customer_id <> customer_orders.customer_id
    or events.amount <> customer_orders.amount
