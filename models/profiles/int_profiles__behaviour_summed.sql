{# What each customer did, counted over the windows of the profile, and what they viewed last (P3, P4). Windows count back from the clock and are
   half open: an event exactly N days old is out. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__behaviour_touched',
    touched_keys=['customer_id'],
) }}
{% set windows = profile_windows() -%}
{% set counted = counted_events() -%}

with

events as (

    select * from {{ tekil.events_of_touched(by='int_profiles__behaviour_touched') }}

),

product_views as (

    select * from {{ touched('customer_product_views', by='int_profiles__behaviour_touched', keys=['customer_id']) }}

),

behaviour as (

    select
        {%- for days in windows %}
        {%- for name, kind in counted.items() %}
        sum(case when event_kind = '{{ kind }}' and occurred_at > {{ add_days(as_of(), -days) }} then 1 else 0 end) as {{ name }}_{{ days }}d_count,
        {%- endfor %}
        {%- endfor %}
        customer_id,
        min(occurred_at) as first_seen_at,
        max(case when is_own_act then occurred_at end) as last_active_at,
        count(distinct case when is_own_act then channel end) as channel_count,
        count(distinct session_id) as session_count
    from events
    group by customer_id

),

{# of two products viewed in the same instant, the first by name #}
views_placed as (

    select
        customer_id,
        product_id,
        view_count,
        is_repeated_view,
        last_viewed_at,
        row_number() over (
            partition by customer_id
            order by
                last_viewed_at desc,
                {{ binary_order('product_id') }}
        ) as place
    from product_views

),

views_summed as (

    select
        customer_id,
        max(case when place = 1 then product_id end) as product_id,
        max(case when place = 1 then view_count end) as view_count,
        max(last_viewed_at) as last_viewed_at,
        sum(case when is_repeated_view then 1 else 0 end) as repeated_view_products
    from views_placed
    group by customer_id

)

select
    ---------- ids
    behaviour.customer_id,
    views_summed.product_id as last_viewed_product_id,

    ---------- numbers
    behaviour.channel_count,
    behaviour.session_count,
    views_summed.view_count as last_viewed_product_view_count,
    cast(views_summed.repeated_view_products as bigint) as repeated_view_product_count,
    {%- for days in windows %}
    {%- for name in counted %}
    cast(behaviour.{{ name }}_{{ days }}d_count as bigint) as {{ name }}_{{ days }}d_count,
    {%- endfor %}
    {%- endfor %}

    ---------- timestamps
    behaviour.first_seen_at,
    behaviour.last_active_at,
    views_summed.last_viewed_at
from behaviour
left join views_summed on behaviour.customer_id = views_summed.customer_id
