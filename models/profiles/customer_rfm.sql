{# Recency, frequency and money of every buyer, scored twice: by fixed lines, which move only with the customer, and by fifths of the population,
   which tell a customer's place among the others. #}
{% set dimensions = ['recency', 'frequency', 'monetary'] -%}

with

orders as (

    select * from {{ ref('customer_orders') }}
    where customer_id is not null

),

thresholds as (

    select
        {%- for dimension in dimensions %}
        {%- for score in [2, 3, 4, 5] %}
        max(case when dimension = '{{ dimension }}' and score = {{ score }} then threshold end) as {{ dimension }}_{{ score }},
        {%- endfor %}
        {%- endfor %}
        count(*) as line_count
    from {{ ref('rfm_thresholds') }}

),

cells as (

    select * from {{ ref('rfm_cells') }}

),

settings as (

    select {{ add_days(as_of(), '-' ~ profile_count('rfm', 'window_days')) }} as window_starts_at

),

summed as (

    select
        orders.customer_id,
        max(case when orders.is_purchase then orders.ordered_at end) as last_ordered_at,
        sum(case when orders.is_purchase and orders.ordered_at > settings.window_starts_at then 1 else 0 end) as frequency,
        cast(sum(case when orders.ordered_at > settings.window_starts_at then coalesce(orders.net_amount_base, 0) else 0 end) as numeric(18, 4)) as monetary
    from orders
    cross join settings
    group by orders.customer_id

),

buyers as (

    select
        customer_id,
        {{ days_between('last_ordered_at', as_of()) }} as recency,
        frequency,
        monetary,
        last_ordered_at
    from summed
    where last_ordered_at is not null

),

{# equal values get equal scores: a fifth is told by how many buyers of the window are strictly worse #}
placed as (

    select
        customer_id,
        {%- for dimension in dimensions %}
        rank() over (order by {{ dimension }} {{ 'desc' if dimension == 'recency' else 'asc' }}) - 1 as {{ dimension }}_worse,
        {%- endfor %}
        count(*) over () as population
    from buyers
    where frequency > 0

),

scored as (

    select
        buyers.*,
        {%- for dimension in dimensions %}
        {%- set passes = dimension ~ (' <= ' if dimension == 'recency' else ' >= ') %}
        case
            {%- for score in [5, 4, 3, 2] %}
            when buyers.{{ passes }}thresholds.{{ dimension }}_{{ score }} then {{ score }}
            {%- endfor %}
            else 1
        end as {{ dimension }}_score,
        cast({{ integer_divide('5 * placed.' ~ dimension ~ '_worse', 'placed.population') }} + 1 as integer) as {{ dimension }}_quintile,
        {%- endfor %}
        placed.population
    from buyers
    cross join thresholds
    left join placed on buyers.customer_id = placed.customer_id

),

valued as (

    select
        scored.*,
        cast({{ integer_divide('frequency_score + monetary_score + 1', '2') }} as integer) as value_score
    from scored

),

named as (

    select
        ---------- ids
        valued.customer_id,

        ---------- strings
        cells.cell as rfm_cell,

        ---------- numbers
        valued.recency as recency_days,
        cast(valued.frequency as bigint) as frequency_count,
        valued.monetary as monetary_amount,
        {%- for dimension in dimensions %}
        cast(valued.{{ dimension }}_score as integer) as {{ dimension }}_score,
        {%- endfor %}
        valued.value_score,
        {%- for dimension in dimensions %}
        valued.{{ dimension }}_quintile,
        {%- endfor %}

        ---------- timestamps
        valued.last_ordered_at
    from valued
    left join cells
        on valued.recency_score = cells.recency_score
        and valued.value_score = cells.value_score

)

select * from named
