{# At what time of day is a customer mostly active, by their own clock (G15)? A part of a day counts once a day, however much was done in it. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
{% set parts = ['active_in_morning', 'active_in_daytime', 'active_in_evening', 'active_at_night'] -%}

with

quarters as (

    select * from {{ of_touched('int_segments__quarters_acted') }}

),

{# each part lasts until the next begins; the night goes on over midnight #}
parted as (

    select
        customer_id,
        local_date,
        first_acted_at,
        case
            when local_hour < {{ threshold_count('active_in_morning', 'from_hour') }} then 'active_at_night'
            when local_hour < {{ threshold_count('active_in_daytime', 'from_hour') }} then 'active_in_morning'
            when local_hour < {{ threshold_count('active_in_evening', 'from_hour') }} then 'active_in_daytime'
            when local_hour < {{ threshold_count('active_at_night', 'from_hour') }} then 'active_in_evening'
            else 'active_at_night'
        end as part
    from quarters

),

items as (

    select
        customer_id,
        local_date,
        part,
        min(first_acted_at) as first_acted_at
    from parted
    group by
        customer_id,
        local_date,
        part

),

steps as (

    select
        customer_id,
        part,
        1 as item_count,
        first_acted_at as counted_at
    from items

    union all

    select
        customer_id,
        part,
        -1 as item_count,
        {{ add_days('first_acted_at', threshold_count('active_hours', 'window_days')) }} as counted_at
    from items

),

stepped as (

    select
        customer_id,
        counted_at,
        {%- for part in parts %}
        sum(case when part = '{{ part }}' then item_count else 0 end) as {{ part }}_count,
        {%- endfor %}
        sum(item_count) as item_count
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
        {%- for part in parts %}
        sum({{ part }}_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as {{ part }}_count,
        {%- endfor %}
        sum(item_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as item_count
    from stepped

),

told as (

    select
        customer_id,
        case
            {%- for part in parts %}
            when {{ part }}_count > item_count * {{ threshold('active_hours', 'min_share') }} then '{{ part }}'
            {%- endfor %}
        end as segment,
        starts_at,
        ends_at,
        'most active hours of the window' as reason
    from walked
    where item_count >= {{ threshold_count('active_hours', 'min_items') }}

),

windows as (

    select * from told
    where segment is not null

)

select * from ({{ spells('windows', ended_by="'other hours, or too few, within ' || " ~ threshold_count('active_hours', 'window_days') ~ " || ' days'") }}) as spells
