{# Does a customer buy in stores only, online only, or in both (G16)? By the purchases of the window. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select
        customer_id,
        source || '/' || order_id as purchase,
        case when channel = 'store' then 1 else 0 end as store_count,
        case when channel = 'store' then 0 else 1 end as online_count,
        ordered_at
    from {{ of_touched('customer_orders') }}
    where
        is_purchase
        and customer_id is not null

),

steps as (

    select
        customer_id,
        store_count,
        online_count,
        case when store_count = 1 then 'store purchase ' else 'online purchase ' end || purchase as fact,
        ordered_at as counted_at
    from purchases

    union all

    select
        customer_id,
        -store_count as store_count,
        -online_count as online_count,
        case when store_count = 1 then 'store purchase ' else 'online purchase ' end || purchase || ' out of the window' as fact,
        {{ add_days('ordered_at', threshold_count('buying_channel', 'window_days')) }} as counted_at
    from purchases

),

stepped as (

    select
        customer_id,
        counted_at,
        sum(store_count) as store_count,
        sum(online_count) as online_count,
        min({{ binary_order('fact') }}) as fact
    from steps
    group by
        customer_id,
        counted_at

),

walked as (

    select
        customer_id,
        counted_at as starts_at,
        lead(counted_at) over (
            partition by customer_id
            order by counted_at
        ) as ends_at,
        sum(store_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as store_purchases,
        sum(online_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as online_purchases,
        fact,
        lead(fact) over (
            partition by customer_id
            order by counted_at
        ) as next_fact
    from stepped

),

windows as (

    select
        customer_id,
        case
            when online_purchases = 0 then 'store_only_buyer'
            when store_purchases = 0 then 'online_only_buyer'
            else 'cross_channel_buyer'
        end as segment,
        starts_at,
        ends_at,
        fact as reason,
        next_fact as ended_by
    from walked
    where store_purchases + online_purchases > 0

)

select * from ({{ spells('windows') }}) as spells
