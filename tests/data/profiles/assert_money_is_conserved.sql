{# What customers paid, was given back and was kept adds up to what the shop and the stores say, per source and currency.
   Counted from staging without any join to a person, so an order lost on the way to its customer shows. #}
with

orders as (

    select * from {{ ref('stg_shop__orders') }}
    where ordered_at <= {{ as_of() }}

),

refunds as (

    select * from {{ ref('stg_shop__refunds') }}
    where refunded_at <= {{ as_of() }}

),

receipts as (

    select * from {{ ref('stg_pos__receipts') }}
    where occurred_at <= {{ as_of() }}

),

lines as (

    select * from {{ ref('int_profiles__order_lines_summed') }}

),

order_money as (

    select
        orders.order_id,
        orders.currency,
        coalesce(orders.cancelled_at <= {{ as_of() }}, false) as is_cancelled,
        coalesce(orders.total_amount, lines.line_amount, 0) as gross_amount
    from orders
    left join lines
        on orders.order_id = lines.order_id
        and lines.source = 'shop'

),

told as (

    select
        'shop' as source,
        currency,
        gross_amount,
        case when is_cancelled then gross_amount else 0 end as refunded_amount
    from order_money

    union all

    select
        'shop' as source,
        coalesce(order_money.currency, {{ base_currency() }}) as currency,
        0 as gross_amount,
        coalesce(refunds.amount, 0) as refunded_amount
    from refunds
    left join order_money on refunds.order_id = order_money.order_id
    where not coalesce(order_money.is_cancelled, false)

    union all

    select
        'pos' as source,
        receipts.currency,
        case when receipts.kind = 'sale' then coalesce(receipts.total_amount, lines.line_amount, 0) else 0 end as gross_amount,
        case when receipts.kind = 'return' then abs(coalesce(receipts.total_amount, lines.line_amount, 0)) else 0 end as refunded_amount
    from receipts
    left join lines
        on receipts.receipt_id = lines.order_id
        and lines.source = 'pos'

),

told_summed as (

    select
        source,
        currency,
        cast(sum(gross_amount) as numeric(18, 4)) as gross_amount,
        cast(sum(refunded_amount) as numeric(18, 4)) as refunded_amount
    from told
    group by
        source,
        currency

),

kept_summed as (

    select
        source,
        currency,
        cast(sum(gross_amount) as numeric(18, 4)) as gross_amount,
        cast(sum(refunded_amount) as numeric(18, 4)) as refunded_amount,
        cast(sum(net_amount) as numeric(18, 4)) as net_amount
    from {{ ref('customer_orders') }}
    group by
        source,
        currency

)

select
    coalesce(told_summed.source, kept_summed.source) as source,
    coalesce(told_summed.currency, kept_summed.currency) as currency,
    told_summed.gross_amount as told_gross_amount,
    kept_summed.gross_amount,
    told_summed.refunded_amount as told_refunded_amount,
    kept_summed.refunded_amount,
    kept_summed.net_amount
from told_summed
full outer join kept_summed
    on told_summed.source = kept_summed.source
    and told_summed.currency = kept_summed.currency
where told_summed.gross_amount is distinct from kept_summed.gross_amount
    or told_summed.refunded_amount is distinct from kept_summed.refunded_amount
    or kept_summed.net_amount <> kept_summed.gross_amount - kept_summed.refunded_amount
