{# Which products each customer looked at, how often and how long, and whether often enough to be told to store staff. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__behaviour_touched',
    touched_keys=['customer_id'],
    keys=['customer_id', 'product_id'],
) }}
{% set windows = profile_windows() -%}
{% set repeat_since = add_days(as_of(), '-' ~ profile_count('product_views', 'repeat_window_days')) -%}

with

events as (

    select * from {{ tekil.events_of_touched(by='int_profiles__behaviour_touched') }}
    where
        event_kind = 'view'
        and product_id is not null

),

lines as (

    select * from {{ touched('customer_order_lines', by='int_profiles__behaviour_touched', keys=['customer_id']) }}
    where
        customer_id is not null
        and product_id is not null
        and is_purchase

),

counted as (

    select
        customer_id,
        product_id,
        count(*) as view_count,
        {%- for days in windows %}
        sum(case when occurred_at > {{ add_days(as_of(), -days) }} then 1 else 0 end) as views_{{ days }}d_count,
        {%- endfor %}
        sum(case when channel not in ('store', 'kiosk', 'tablet') and occurred_at > {{ repeat_since }} then 1 else 0 end) as recent_online_view_count,
        sum(duration_seconds) as duration_seconds,
        min(occurred_at) as first_viewed_at,
        max(occurred_at) as last_viewed_at
    from events
    group by
        customer_id,
        product_id

),

bought as (

    select
        customer_id,
        product_id,
        max(ordered_at) as last_bought_at
    from lines
    group by
        customer_id,
        product_id

),

viewed as (

    select
        ---------- ids
        counted.customer_id,
        counted.product_id,

        ---------- numbers
        cast(counted.view_count as bigint) as view_count,
        {%- for days in windows %}
        cast(counted.views_{{ days }}d_count as bigint) as views_{{ days }}d_count,
        {%- endfor %}
        cast(counted.recent_online_view_count as bigint) as recent_online_view_count,
        cast(counted.duration_seconds as numeric(18, 3)) as duration_seconds,

        ---------- booleans
        counted.recent_online_view_count >= {{ profile_count('product_views', 'repeat_min_views') }} as is_repeated_view,

        ---------- timestamps
        counted.first_viewed_at,
        counted.last_viewed_at,
        bought.last_bought_at
    from counted
    left join bought
        on counted.customer_id = bought.customer_id
        and counted.product_id = bought.product_id

)

select * from viewed
