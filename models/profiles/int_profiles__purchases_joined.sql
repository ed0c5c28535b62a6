{# What each customer bought, side by side: orders and spend by window, to date, and how regularly (P4, G3, G5). Windows count back from the clock and
   are half open: an order exactly N days old is out. Made whole and compared whole: a new order moves the fifths of others, and few of them. #}
{{ config(materialized='renewed', keys=['customer_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') if model.resource_type != 'unit_test' }}
{% set windows = profile_windows() -%}

with

orders as (

    select * from {{ ref('customer_orders') }}
    where customer_id is not null

),

rhythms as (

    select * from {{ ref('int_profiles__rhythms_measured') }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}

),

summed as (

    select
        {%- for days in windows %}
        sum(case when is_purchase and ordered_at > {{ add_days(as_of(), -days) }} then 1 else 0 end) as orders_{{ days }}d_count,
        cast(sum(case when ordered_at > {{ add_days(as_of(), -days) }} then coalesce(net_amount_base, 0) else 0 end) as numeric(18, 4)) as spend_{{ days }}d_amount,
        {%- endfor %}
        customer_id,
        sum(case when is_purchase then 1 else 0 end) as orders_count,
        min(case when is_purchase then ordered_at end) as first_ordered_at,
        max(case when is_purchase then ordered_at end) as last_ordered_at,
        cast(sum(coalesce(net_amount_base, 0)) as numeric(18, 4)) as lifetime_value_amount,
        cast(sum(case when is_purchase then coalesce(net_amount_base, 0) else 0 end) as numeric(18, 4)) as purchase_amount,
        max(case when is_purchase and channel = 'store' then 1 else 0 end) = 1 as has_bought_in_store,
        max(case when is_purchase and channel <> 'store' then 1 else 0 end) = 1 as has_bought_online
    from orders
    group by customer_id

),

joined as (

    select
        ---------- ids
        summed.customer_id,

        ---------- strings
        rfm.rfm_cell,

        ---------- numbers
        cast(summed.orders_count as bigint) as orders_count,
        summed.lifetime_value_amount,
        {{ divide('summed.purchase_amount', 'summed.orders_count', 4) }} as average_basket_amount,
        rhythms.mean_gap_days,
        rhythms.median_gap_days,
        rhythms.gap_deviation_days,
        rhythms.average_basket_items,
        {%- for dimension in ['recency', 'frequency', 'monetary'] %}
        rfm.{{ dimension }}_score as rfm_{{ dimension }}_score,
        rfm.{{ dimension }}_quintile as rfm_{{ dimension }}_quintile,
        {%- endfor %}
        {%- for days in windows %}
        cast(summed.orders_{{ days }}d_count as bigint) as orders_{{ days }}d_count,
        summed.spend_{{ days }}d_amount,
        {%- endfor %}

        ---------- booleans
        summed.has_bought_in_store,
        summed.has_bought_online,
        coalesce(rhythms.is_regular, false) as is_regular,

        ---------- timestamps
        summed.first_ordered_at,
        summed.last_ordered_at,
        rhythms.next_order_due_at
    from summed
    left join rhythms on summed.customer_id = rhythms.customer_id
    left join rfm on summed.customer_id = rfm.customer_id

)

select * from joined
