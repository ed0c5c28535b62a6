{# Every order and every counter return, with what was paid, given back, and kept. Money is never lost: a refund whose order
   has not landed stands as a return of its own until it does. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__orders_touched',
    touched_keys=['source', 'order_id'],
) }}
with

orders as (

    select * from {{ tekil.view_of_orders('stg_shop__orders') }}
    where ordered_at <= {{ as_of() }}

),

refunds as (

    select * from {{ touched('int_profiles__refunds_told', by='int_profiles__orders_touched', keys=['source', 'order_id']) }}

),

receipts as (

    select * from {{ tekil.view_of_orders('stg_pos__receipts') }}
    where occurred_at <= {{ as_of() }}

),

lines as (

    select * from {{ tekil.view_of_orders('int_profiles__order_lines_summed') }}

),

record_map as (

    select * from {{ touched('record_map', by='int_profiles__orders_touched', keys=['source', 'record_id = order_id']) }}

),

rates as (

    select * from {{ ref('int_profiles__currency_rates_ranged') }}

),

refunds_summed as (

    select
        order_id,
        cast(sum(coalesce(amount, 0)) as numeric(18, 4)) as refunded_amount,
        min(refunded_at) as first_refunded_at
    from refunds
    group by order_id

),

shop_orders as (

    select
        'shop' as source,
        'orders' as table_name,
        coalesce(orders.order_id, refunds_summed.order_id) as order_id,
        case when orders.order_id is null then 'return' else 'order' end as kind,
        coalesce(orders.channel, 'web') as channel,
        coalesce(orders.currency, {{ base_currency() }}) as currency,
        orders.device_type,
        cast(null as {{ dbt.type_string() }}) as store_id,
        cast(coalesce(orders.total_amount, lines.line_amount, 0) as numeric(18, 4)) as gross_amount,
        coalesce(refunds_summed.refunded_amount, 0) as refund_amount,
        coalesce(lines.items, 0) as items,
        orders.cancelled_at is not null and orders.cancelled_at <= {{ as_of() }} as is_cancelled,
        orders.cancelled_at,
        coalesce(orders.ordered_at, refunds_summed.first_refunded_at) as ordered_at
    from orders
    full outer join refunds_summed on orders.order_id = refunds_summed.order_id
    left join lines
        on orders.order_id = lines.order_id
        and lines.source = 'shop'

),

store_orders as (

    select
        'pos' as source,
        'receipts' as table_name,
        receipts.receipt_id as order_id,
        case when receipts.kind = 'return' then 'return' else 'order' end as kind,
        'store' as channel,
        receipts.currency,
        cast(null as {{ dbt.type_string() }}) as device_type,
        receipts.store_id,
        {# a return gives money back however its sender signed it #}
        case when receipts.kind = 'return' then 0 else cast(coalesce(receipts.total_amount, lines.line_amount, 0) as numeric(18, 4)) end as gross_amount,
        case when receipts.kind = 'return' then abs(cast(coalesce(receipts.total_amount, lines.line_amount, 0) as numeric(18, 4))) else 0 end as refund_amount,
        coalesce(lines.items, 0) as items,
        false as is_cancelled,
        cast(null as timestamp) as cancelled_at,
        receipts.occurred_at as ordered_at
    from receipts
    left join lines
        on receipts.receipt_id = lines.order_id
        and lines.source = 'pos'

),

unioned as (

    select * from shop_orders

    union all

    select * from store_orders

),

netted as (

    select
        unioned.*,
        case when is_cancelled then gross_amount else refund_amount end as refunded_amount,
        case when is_cancelled then 0 else gross_amount - refund_amount end as net_amount
    from unioned

),

converted as (

    select
        ---------- ids
        netted.order_id,
        record_map.customer_id,
        netted.store_id,

        ---------- strings
        netted.source,
        netted.kind,
        netted.channel,
        netted.device_type,
        netted.currency,

        ---------- numbers
        cast(netted.gross_amount as numeric(18, 4)) as gross_amount,
        cast(netted.refunded_amount as numeric(18, 4)) as refunded_amount,
        cast(netted.net_amount as numeric(18, 4)) as net_amount,
        {{ amount_in_base('netted.net_amount', 'rates.rate_to_base') }} as net_amount_base,
        cast(netted.items as numeric(18, 3)) as items,

        ---------- booleans
        netted.is_cancelled,
        netted.kind = 'order' and not netted.is_cancelled as is_purchase,

        ---------- timestamps
        netted.ordered_at,
        netted.cancelled_at
    from netted
    left join record_map
        on netted.source = record_map.source
        and netted.table_name = record_map.table_name
        and netted.order_id = record_map.record_id
    left join rates
        on netted.currency = rates.currency
        and cast(netted.ordered_at as date) >= rates.valid_from
        and cast(netted.ordered_at as date) < rates.valid_to

)

select * from converted
