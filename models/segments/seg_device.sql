{# With what does a customer come: mostly a phone, mostly a desktop, the app, in person (G15)? A day counts once, from its first act of the kind. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

quarters as (

    select * from {{ of_touched('int_segments__quarters_acted') }}

),

days as (

    select
        customer_id,
        min(mobile_at) as mobile_at,
        min(desktop_at) as desktop_at,
        min(app_at) as app_at,
        min(store_at) as store_at
    from quarters
    group by
        customer_id,
        local_date

),

steps as (

    {%- for device in ['mobile', 'desktop'] %}
    select
        customer_id,
        {{ 1 if device == 'mobile' else 0 }} as mobile_count,
        {{ 1 if device == 'desktop' else 0 }} as desktop_count,
        {{ device }}_at as counted_at
    from days
    where {{ device }}_at is not null

    union all

    select
        customer_id,
        {{ -1 if device == 'mobile' else 0 }} as mobile_count,
        {{ -1 if device == 'desktop' else 0 }} as desktop_count,
        {{ add_days(device ~ '_at', threshold_count('device', 'window_days')) }} as counted_at
    from days
    where {{ device }}_at is not null
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

stepped as (

    select
        customer_id,
        counted_at,
        sum(mobile_count) as mobile_count,
        sum(desktop_count) as desktop_count
    from steps
    group by
        customer_id,
        counted_at

),

walked as (

    select
        customer_id,
        counted_at as starts_at,
        coalesce(
            lead(counted_at) over (
                partition by customer_id
                order by counted_at
            ),
            {{ far_future() }}
        ) as ends_at,
        sum(mobile_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as mobile_days,
        sum(desktop_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as desktop_days
    from stepped

),

windows as (

    select
        customer_id,
        'mobile_first' as segment,
        starts_at,
        ends_at,
        'mostly on a phone' as reason,
        'no longer mostly on a phone' as ended_by
    from walked
    where
        mobile_days + desktop_days >= {{ threshold_count('device', 'min_days') }}
        and mobile_days > (mobile_days + desktop_days) * {{ threshold('device', 'min_share') }}

    union all

    select
        customer_id,
        'desktop_first' as segment,
        starts_at,
        ends_at,
        'mostly on a desktop' as reason,
        'no longer mostly on a desktop' as ended_by
    from walked
    where
        mobile_days + desktop_days >= {{ threshold_count('device', 'min_days') }}
        and desktop_days > (mobile_days + desktop_days) * {{ threshold('device', 'min_share') }}

    union all

    select
        customer_id,
        'app_user' as segment,
        app_at as starts_at,
        {{ add_days('app_at', threshold_count('app_user', 'window_days')) }} as ends_at,
        'used the app' as reason,
        {{ threshold_count('app_user', 'window_days') }} || ' days without the app' as ended_by
    from days
    where app_at is not null

    union all

    select
        customer_id,
        'in_store' as segment,
        store_at as starts_at,
        {{ add_days('store_at', threshold_count('in_store', 'window_days')) }} as ends_at,
        'came to a store' as reason,
        {{ threshold_count('in_store', 'window_days') }} || ' days without a store' as ended_by
    from days
    where store_at is not null

)

select * from ({{ spells('windows') }}) as spells
