{# In which cell of the RFM grid is a buyer (G12)? Recency, frequency and money of the window score 1 to 5 by fixed lines; the grid names
   each pair of the recency score and the mean of the other two, a half rounded up. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

orders as (

    select * from {{ of_touched('customer_orders') }}

),

cells as (

    select * from {{ ref('rfm_cells') }}

),

walked as (

    {{ orders_over_window('orders', threshold_count('rfm', 'window_days')) }}

),

scored as (

    select
        customer_id,
        starts_at,
        ends_at,
        last_ordered_at,
        fact,
        next_fact,
        case
            {%- for score in [5, 4, 3, 2] %}
            when purchases >= {{ rfm_line('frequency', score) }} then {{ score }}
            {%- endfor %}
            else 1
        end as frequency_score,
        case
            {%- for score in [5, 4, 3, 2] %}
            when spend >= {{ rfm_line('monetary', score) }} then {{ score }}
            {%- endfor %}
            else 1
        end as monetary_score
    from walked
    where last_ordered_at is not null

),

{# "at most n days" is whole days, so it ends when n + 1 days have passed; what reaches no line scores 1 #}
recencies as (

    {%- for score in [5, 4, 3, 2, 1] %}
    select
        {{ score }} as recency_score,
        {{ 'cast(0 as integer)' if loop.first else 'cast(' ~ rfm_line('recency', score + 1) ~ ' as integer) + 1' }} as from_days,
        {{ 'cast(null as integer)' if loop.last else 'cast(' ~ rfm_line('recency', score) ~ ' as integer) + 1' }} as to_days
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

aged as (

    select
        scored.customer_id,
        recencies.recency_score,
        cast({{ integer_divide('scored.frequency_score + scored.monetary_score + 1', '2') }} as integer) as value_score,
        recencies.from_days,
        scored.fact,
        scored.next_fact,
        scored.ends_at as changes_at,
        recencies.to_days,
        scored.starts_at as changed_at,
        greatest(scored.starts_at, {{ add_days('scored.last_ordered_at', 'recencies.from_days') }}) as starts_at,
        least(scored.ends_at, coalesce({{ add_days('scored.last_ordered_at', 'recencies.to_days') }}, {{ far_future() }})) as ends_at
    from scored
    cross join recencies

),

windows as (

    select
        aged.customer_id,
        'rfm_' || cells.cell as segment,
        aged.starts_at,
        aged.ends_at,
        case
            when aged.starts_at = aged.changed_at then aged.fact
            else aged.from_days || ' days since the last purchase'
        end as reason,
        case
            when aged.ends_at = aged.changes_at then aged.next_fact
            else aged.to_days || ' days since the last purchase'
        end as ended_by
    from aged
    inner join cells
        on aged.recency_score = cells.recency_score
        and aged.value_score = cells.value_score
    where aged.ends_at > aged.starts_at

)

select * from ({{ spells('windows') }}) as spells
