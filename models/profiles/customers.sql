{# The unified profile: one row per customer, with no contact data in it. Windows count back from the clock (var as_of) and are
   half open: an event exactly N days old is out. What counts events stands in steps of its own that a renewal brings up to date (I8); this joins them. #}
{% set windows = profile_windows() -%}
{% set counted = counted_events() -%}

with

identity_map as (

    select * from {{ ref('identity_map') }}

),

identified as (

    select
        customer_id,
        {# one value each for all identifiers of a customer #}
        max(strict_customer_id) as strict_customer_id,
        max(wide_customer_id) as wide_customer_id,
        max(case when is_known_person then 1 else 0 end) = 1 as is_known,
        count(*) as identifier_count,
        min(first_seen_at) as first_identified_at
    from identity_map
    group by customer_id

),

behaviour as (

    select * from {{ ref('int_profiles__behaviour_summed') }}

),

orders as (

    select * from {{ ref('customer_orders') }}
    where customer_id is not null

),

traits as (

    select * from {{ ref('customer_traits') }}

),

cart_items as (

    select * from {{ ref('int_profiles__open_cart_items') }}

),

contexts as (

    select * from {{ ref('int_profiles__contexts_summed') }}

),

affinities as (

    select * from {{ ref('customer_affinities') }}

),

rhythms as (

    select * from {{ ref('int_profiles__rhythms_measured') }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}

),

categories_bought as (

    select * from {{ ref('int_profiles__categories_bought') }}

),

trait_columns as (

    select
        {%- for trait in ['gender', 'birth_year', 'age', 'marital_status', 'occupation', 'income_band', 'district', 'city', 'country'] %}
        max(case when trait = '{{ trait }}' then value end) as {{ trait }},
        {%- endfor %}
        customer_id
    from traits
    group by customer_id

),

purchases as (

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

dislikes_placed as (

    select
        customer_id,
        value,
        row_number() over (
            partition by customer_id
            order by rank desc
        ) as place
    from affinities
    where
        kind = 'category'
        and stance = 'dislike'

),

dislikes as (

    select * from dislikes_placed
    where place = 1

),

favourites as (

    select
        customer_id,
        max(case when kind = 'category' then value end) as favourite_category,
        max(case when kind = 'brand' then value end) as favourite_brand
    from affinities
    where
        rank = 1
        and stance = 'like'
    group by customer_id

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
        identified.customer_id,
        identified.strict_customer_id,
        identified.wide_customer_id,
        behaviour.last_viewed_product_id,
        contexts.favourite_store_id,

        ---------- strings
        trait_columns.gender,
        trait_columns.marital_status,
        trait_columns.occupation,
        trait_columns.income_band,
        trait_columns.district,
        trait_columns.city,
        trait_columns.country,
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
        favourites.favourite_category,
        favourites.favourite_brand,
        dislikes.value as disliked_category,
        categories_bought.category as preferred_category,
        rfm.rfm_cell,

        ---------- numbers
        cast(trait_columns.birth_year as integer) as birth_year,
        cast(trait_columns.age as integer) as age,
        identified.identifier_count,
        coalesce(behaviour.channel_count, 0) as channel_count,
        coalesce(behaviour.session_count, 0) as session_count,
        cast(coalesce(purchases.orders_count, 0) as bigint) as orders_count,
        coalesce(purchases.lifetime_value_amount, 0) as lifetime_value_amount,
        {{ divide('purchases.purchase_amount', 'purchases.orders_count', 4) }} as average_basket_amount,
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
        rhythms.mean_gap_days,
        rhythms.median_gap_days,
        rhythms.gap_deviation_days,
        rhythms.average_basket_items,
        {%- for dimension in ['recency', 'frequency', 'monetary'] %}
        rfm.{{ dimension }}_score as rfm_{{ dimension }}_score,
        rfm.{{ dimension }}_quintile as rfm_{{ dimension }}_quintile,
        {%- endfor %}
        {%- for days in windows %}
        {%- for name in counted %}
        coalesce(behaviour.{{ name }}_{{ days }}d_count, 0) as {{ name }}_{{ days }}d_count,
        {%- endfor %}
        cast(coalesce(purchases.orders_{{ days }}d_count, 0) as bigint) as orders_{{ days }}d_count,
        coalesce(purchases.spend_{{ days }}d_amount, 0) as spend_{{ days }}d_amount,
        {%- endfor %}

        ---------- booleans
        identified.is_known,
        contexts.is_restricted,
        coalesce(purchases.has_bought_in_store, false) as has_bought_in_store,
        coalesce(purchases.has_bought_online, false) as has_bought_online,
        coalesce(rhythms.is_regular, false) as is_regular,

        ---------- timestamps
        coalesce(least(behaviour.first_seen_at, identified.first_identified_at), behaviour.first_seen_at, identified.first_identified_at) as first_seen_at,
        behaviour.last_active_at,
        purchases.first_ordered_at,
        purchases.last_ordered_at,
        rhythms.next_order_due_at,
        behaviour.last_viewed_at,
        carts.open_cart_since_at,
        contexts.first_campaign_at,
        contexts.latest_campaign_at,
        contexts.last_cart_left_at
    from identified
    left join trait_columns on identified.customer_id = trait_columns.customer_id
    left join contexts on identified.customer_id = contexts.customer_id
    left join behaviour on identified.customer_id = behaviour.customer_id
    left join purchases on identified.customer_id = purchases.customer_id
    left join carts on identified.customer_id = carts.customer_id
    left join favourites on identified.customer_id = favourites.customer_id
    left join dislikes on identified.customer_id = dislikes.customer_id
    left join categories_bought on identified.customer_id = categories_bought.customer_id
    left join rhythms on identified.customer_id = rhythms.customer_id
    left join rfm on identified.customer_id = rfm.customer_id

)

select * from profiled
