{# How regularly each customer buys: the gaps between purchases, their middle, and how far they stray from it. Gaps are whole seconds, so that
   every engine adds the same numbers; the deviation is the median distance from the median gap, which one long holiday does not move. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__buyers_touched',
    touched_keys=['customer_id'],
) }}
with

purchases as (

    select
        customer_id,
        source,
        order_id,
        items,
        ordered_at
    from {{ touched('customer_orders', by='int_profiles__buyers_touched', keys=['customer_id']) }}
    where
        is_purchase
        and customer_id is not null

),

walked as (

    select
        customer_id,
        items,
        ordered_at,
        lag(ordered_at) over (
            partition by customer_id
            order by ordered_at, {{ binary_order('source') }}, {{ binary_order('order_id') }}
        ) as previous_at
    from purchases

),

gaps as (

    select
        customer_id,
        items,
        ordered_at,
        case when previous_at is not null then {{ seconds_between('previous_at', 'ordered_at') }} end as gap_seconds
    from walked

),

summed as (

    select
        customer_id,
        count(*) as purchase_count,
        count(gap_seconds) as gap_count,
        cast(sum(items) as numeric(18, 3)) as items,
        cast(sum(gap_seconds) as bigint) as gaps_seconds,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from gaps
    group by customer_id

),

middles as (

    select
        customer_id,
        {{ median_exact('gap_seconds') }} as median_gap_seconds
    from gaps
    where gap_seconds is not null
    group by customer_id

),

strayed as (

    select
        gaps.customer_id,
        abs(gaps.gap_seconds - middles.median_gap_seconds) as distance_seconds
    from gaps
    inner join middles on gaps.customer_id = middles.customer_id
    where gaps.gap_seconds is not null

),

{# one gap strays from nothing #}
deviations as (

    select
        customer_id,
        {{ median_exact('distance_seconds') }} as deviation_seconds
    from strayed
    group by customer_id
    having count(*) >= 2

),

measured as (

    select
        ---------- ids
        summed.customer_id,

        ---------- numbers
        cast(summed.purchase_count as bigint) as purchase_count,
        {{ divide('summed.gaps_seconds', '(86400 * summed.gap_count)', 2) }} as mean_gap_days,
        {{ divide('middles.median_gap_seconds', '86400', 2) }} as median_gap_days,
        {{ divide('deviations.deviation_seconds', '86400', 2) }} as gap_deviation_days,
        {{ divide('summed.items', 'summed.purchase_count', 2) }} as average_basket_items,

        ---------- booleans
        summed.purchase_count >= {{ threshold_count('at_risk', 'min_orders') }}
        and {{ seconds_between('summed.first_ordered_at', 'summed.last_ordered_at') }}
        <= (summed.purchase_count - 1) * 86400 * {{ threshold_count('at_risk', 'max_mean_gap_days') }} as is_regular,

        ---------- timestamps
        {{ add_minutes('summed.last_ordered_at', integer_divide('middles.median_gap_seconds', '60')) }} as next_order_due_at
    from summed
    left join middles on summed.customer_id = middles.customer_id
    left join deviations on summed.customer_id = deviations.customer_id

)

select * from measured
