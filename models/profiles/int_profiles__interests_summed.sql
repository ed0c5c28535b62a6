{# What speaks for and against each category and brand, counted by kind and age, in one grouping: two behind each other, by product and then by category, do not fit
   into memory side by side. Older than the longest window counts nothing and is left out. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__interests_touched',
    touched_keys=['customer_id'],
) }}
{% set windows = interest_windows() -%}

with

events as (

    select * from {{ tekil.events_of_touched(by='int_profiles__interests_touched') }}

),

lines as (

    select * from {{ touched('customer_order_lines', by='int_profiles__interests_touched', keys=['customer_id']) }}

),

returns as (

    select * from {{ touched('int_profiles__products_returned', by='int_profiles__interests_touched', keys=['customer_id']) }}

),

blamed as (

    select * from {{ touched('int_profiles__complaints_blamed', by='int_profiles__interests_touched', keys=['customer_id']) }}

),

weights as (

    select * from {{ ref('affinity_weights') }}

),

products as (

    select * from {{ ref('stg_shop__products') }}

),

{# a line bought counts once, however many pieces; an order that only a tracker told counts by its event #}
acts as (

    select
        events.customer_id,
        events.product_id,
        events.category,
        events.event_kind,
        events.occurred_at
    from events
    where
        (events.product_id is not null or events.category is not null)
        and events.occurred_at > {{ add_days(as_of(), -365) }}

    union all

    select
        customer_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as category,
        'order' as event_kind,
        ordered_at as occurred_at
    from lines
    where
        customer_id is not null
        and product_id is not null
        and is_purchase
        and ordered_at > {{ add_days(as_of(), -365) }}

    union all

    select
        customer_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as category,
        'return' as event_kind,
        returned_at as occurred_at
    from returns
    where returned_at > {{ add_days(as_of(), -365) }}

    union all

    select
        customer_id,
        product_id,
        category,
        event_kind,
        occurred_at
    from blamed
    where occurred_at > {{ add_days(as_of(), -365) }}

),

named as (

    select
        acts.customer_id,
        coalesce(products.category, acts.category) as category,
        products.brand,
        acts.event_kind,
        case
            {%- for days in windows[:-1] %}
            when acts.occurred_at > {{ add_days(as_of(), -days) }} then {{ days }}
            {%- endfor %}
            else {{ windows[-1] }}
        end as window_days,
        acts.occurred_at
    from acts
    inner join weights on acts.event_kind = weights.event_kind
    left join products on acts.product_id = products.product_id

),

summed as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        category,
        brand,
        event_kind,

        ---------- numbers
        window_days,
        count(*) as event_count,

        ---------- timestamps
        max(occurred_at) as last_occurred_at
    from named
    group by
        customer_id,
        category,
        brand,
        event_kind,
        window_days

)

select * from summed
