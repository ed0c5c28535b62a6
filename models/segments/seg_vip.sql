{# Whose spend and average basket over the window are both high (G5)? Money is net of returns, in the base currency. #}
with

orders as (

    select
        order_id,
        source,
        customer_id,
        case when is_purchase then 1 else 0 end as purchase_count,
        coalesce(net_amount_base, 0) as net_amount_base,
        ordered_at
    from {{ ref('customer_orders') }}
    where
        customer_id is not null
        and not is_cancelled

),

{# what an order adds it takes away again when the window has passed over it #}
steps as (

    select
        customer_id,
        ordered_at as counted_at,
        net_amount_base as amount,
        purchase_count as purchases
    from orders

    union all

    select
        customer_id,
        {{ add_days('ordered_at', threshold_count('vip', 'window_days')) }} as counted_at,
        -net_amount_base as amount,
        -purchase_count as purchases
    from orders

),

stepped as (

    select
        customer_id,
        counted_at,
        sum(amount) as amount,
        sum(purchases) as purchases
    from steps
    group by
        customer_id,
        counted_at

),

summed as (

    select
        customer_id,
        counted_at,
        lead(counted_at) over (
            partition by customer_id
            order by counted_at
        ) as next_counted_at,
        sum(amount) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as spend,
        sum(purchases) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as purchases
    from stepped

),

windows as (

    select
        customer_id,
        counted_at as starts_at,
        coalesce(next_counted_at, {{ far_future() }}) as ends_at,
        'spend of the window reached ' || cast(cast(spend as numeric(18, 2)) as {{ dbt.type_string() }}) as reason
    from summed
    where
        purchases > 0
        and spend > {{ threshold('vip', 'min_spend_amount') }}
        and spend >= purchases * {{ threshold('vip', 'min_average_basket_amount') }}

)

select * from ({{ spells('windows') }}) as spells
