{# The unified profile: one row per customer, with no contact data in it. Windows count back from the clock (var as_of) and are
   half open: an event exactly N days old is out. What counts events stands in steps of its own that a renewal brings up to date (I8); this joins them,
   for a day later of everybody, since then days count on. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__profiles_touched',
    touched_keys=['customer_id'],
    most=var('renewed_share'),
) }}
{%- set by = 'int_profiles__profiles_touched' %}
{% set windows = profile_windows() -%}
{% set counted = counted_events() -%}

with

described as (

    select * from {{ touched('int_profiles__customers_described', by=by, keys=['customer_id']) }}

),

behaviour as (

    select * from {{ touched('int_profiles__behaviour_summed', by=by, keys=['customer_id']) }}

),

purchases as (

    select * from {{ touched('int_profiles__purchases_joined', by=by, keys=['customer_id']) }}

),

cart_items as (

    select * from {{ touched('int_profiles__open_cart_items', by=by, keys=['customer_id']) }}

),

contexts as (

    select * from {{ touched('int_profiles__contexts_summed', by=by, keys=['customer_id']) }}

),

carts as (

    select
        customer_id,
        count(*) as open_cart_item_count,
        cast(sum(amount_base) as numeric(18, 4)) as open_cart_amount,
        min(added_at) as open_cart_since_at
    from cart_items
    group by customer_id

),

profiled as (

    select
        ---------- ids
        described.customer_id,
        described.strict_customer_id,
        described.wide_customer_id,
        behaviour.last_viewed_product_id,
        contexts.favourite_store_id,

        ---------- strings
        described.gender,
        described.marital_status,
        described.occupation,
        described.income_band,
        described.district,
        described.city,
        described.country,
        contexts.timezone,
        contexts.favourite_device_type,
        contexts.favourite_day_part,
        contexts.usual_city,
        contexts.usual_region,
        contexts.usual_country,
        contexts.climate,
        contexts.first_campaign,
        contexts.latest_campaign,
        contexts.last_left_device_type,
        contexts.engagement_level,
        contexts.preferred_channel,
        contexts.best_reachable_channel,
        described.favourite_category,
        described.favourite_brand,
        described.disliked_category,
        described.preferred_category,
        purchases.rfm_cell,

        ---------- numbers
        described.birth_year,
        described.age,
        described.identifier_count,
        coalesce(behaviour.channel_count, 0) as channel_count,
        coalesce(behaviour.session_count, 0) as session_count,
        coalesce(purchases.orders_count, 0) as orders_count,
        coalesce(purchases.lifetime_value_amount, 0) as lifetime_value_amount,
        purchases.average_basket_amount,
        {{ days_between('purchases.last_ordered_at', as_of()) }} as days_since_last_order_count,
        {{ days_between('behaviour.last_active_at', as_of()) }} as days_since_last_active_count,
        coalesce(behaviour.last_viewed_product_view_count, 0) as last_viewed_product_view_count,
        coalesce(behaviour.repeated_view_product_count, 0) as repeated_view_product_count,
        coalesce(carts.open_cart_item_count, 0) as open_cart_item_count,
        coalesce(carts.open_cart_amount, 0) as open_cart_amount,
        contexts.favourite_device_share,
        contexts.best_hour,
        contexts.best_weekday,
        contexts.engaged_day_count,
        contexts.cart_visit_count,
        contexts.carts_left_count,
        contexts.cart_abandonment_rate,
        contexts.last_left_checkout_step,
        contexts.reachable_channel_count,
        cast({{ integer_divide(seconds_between('carts.open_cart_since_at', as_of()), '3600') }} as bigint) as open_cart_age_hours,
        purchases.mean_gap_days,
        purchases.median_gap_days,
        purchases.gap_deviation_days,
        purchases.average_basket_items,
        {%- for dimension in ['recency', 'frequency', 'monetary'] %}
        purchases.rfm_{{ dimension }}_score,
        purchases.rfm_{{ dimension }}_quintile,
        {%- endfor %}
        {%- for days in windows %}
        {%- for name in counted %}
        coalesce(behaviour.{{ name }}_{{ days }}d_count, 0) as {{ name }}_{{ days }}d_count,
        {%- endfor %}
        coalesce(purchases.orders_{{ days }}d_count, 0) as orders_{{ days }}d_count,
        coalesce(purchases.spend_{{ days }}d_amount, 0) as spend_{{ days }}d_amount,
        {%- endfor %}

        ---------- booleans
        described.is_known,
        contexts.is_restricted,
        coalesce(purchases.has_bought_in_store, false) as has_bought_in_store,
        coalesce(purchases.has_bought_online, false) as has_bought_online,
        coalesce(purchases.is_regular, false) as is_regular,

        ---------- timestamps
        coalesce(least(behaviour.first_seen_at, described.first_identified_at), behaviour.first_seen_at, described.first_identified_at) as first_seen_at,
        behaviour.last_active_at,
        purchases.first_ordered_at,
        purchases.last_ordered_at,
        purchases.next_order_due_at,
        behaviour.last_viewed_at,
        carts.open_cart_since_at,
        contexts.first_campaign_at,
        contexts.latest_campaign_at,
        contexts.last_cart_left_at
    from described
    left join contexts on described.customer_id = contexts.customer_id
    left join behaviour on described.customer_id = behaviour.customer_id
    left join purchases on described.customer_id = purchases.customer_id
    left join carts on described.customer_id = carts.customer_id

)

select * from profiled
