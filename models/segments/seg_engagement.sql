{# How engaged is a customer (G14)? By the days of the window on which they did something of their own accord; then by how long they have been silent. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

quarters as (

    select * from {{ of_touched('int_segments__quarters_acted') }}

),

{# a day counts from its first act until its last has left the window #}
days as (

    select
        customer_id,
        min(first_acted_at) as first_acted_at,
        max(last_acted_at) as last_acted_at
    from quarters
    group by
        customer_id,
        local_date

),

steps as (

    select
        customer_id,
        1 as day_count,
        first_acted_at as counted_at
    from days

    union all

    select
        customer_id,
        -1 as day_count,
        {{ add_days('last_acted_at', threshold_count('engagement', 'window_days')) }} as counted_at
    from days

),

stepped as (

    select
        customer_id,
        counted_at,
        sum(day_count) as day_count
    from steps
    group by
        customer_id,
        counted_at

),

walked as (

    select
        customer_id,
        counted_at,
        coalesce(
            lead(counted_at) over (
                partition by customer_id
                order by counted_at
            ),
            {{ far_future() }}
        ) as next_counted_at,
        sum(day_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as days,
        lead(day_count) over (
            partition by customer_id
            order by counted_at
        ) as next_day_count
    from stepped

),

{# when the last day leaves, its last act is exactly the window's length ago #}
silences as (

    select
        walked.*,
        {{ add_days('counted_at', threshold_count('slipping', 'window_days') ~ ' - ' ~ threshold_count('engagement', 'window_days')) }} as dormant_at
    from walked
    where days = 0

),

windows as (

    select
        customer_id,
        case when days >= {{ threshold_count('highly_engaged', 'min_days') }} then 'highly_engaged' else 'engaged' end as segment,
        counted_at as starts_at,
        next_counted_at as ends_at,
        'active days within the window: ' || days as reason,
        'active days within the window: ' || (days + next_day_count) as ended_by
    from walked
    where days > 0

    union all

    select
        customer_id,
        'slipping' as segment,
        counted_at as starts_at,
        least(next_counted_at, dormant_at) as ends_at,
        {{ threshold_count('engagement', 'window_days') }} || ' days without an act' as reason,
        case
            when next_counted_at <= dormant_at then 'active again'
            else {{ threshold_count('slipping', 'window_days') }} || ' days without an act'
        end as ended_by
    from silences

    union all

    select
        customer_id,
        'dormant' as segment,
        greatest(counted_at, dormant_at) as starts_at,
        next_counted_at as ends_at,
        {{ threshold_count('slipping', 'window_days') }} || ' days without an act' as reason,
        'active again' as ended_by
    from silences

)

select * from ({{ spells('windows') }}) as spells
