{# What to show each customer next: companions of what lies in the cart, was bought or was looked at, then best sellers of the favourite
   category. Never what was given back, was bought not long ago, lies in the cart, is out of stock or is no longer sold. Only the newest
   products of a customer speak, and each has a bounded number of companions, so the work grows with customers alone. #}
{% set reasons = ['bought', 'cart', 'popular', 'viewed'] -%}

with

cart_items as (

    select * from {{ ref('int_profiles__open_cart_items') }}

),

lines as (

    select * from {{ ref('customer_order_lines') }}
    where
        is_purchase
        and product_id is not null

),

views as (

    select * from {{ ref('customer_product_views') }}
    where last_viewed_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'viewed_window_days')) }}

),

returns as (

    select * from {{ ref('int_profiles__products_returned') }}

),

affinities as (

    select * from {{ ref('customer_affinities') }}

),

associations as (

    select * from {{ ref('product_associations') }}
    where rank <= {{ profile_count('recommendations', 'max_companions') }}

),

offered as (

    select * from {{ ref('int_profiles__products_offered') }}
    where
        is_active
        and is_in_stock

),

purchases as (

    select
        customer_id,
        product_id,
        max(ordered_at) as last_bought_at
    from lines
    where customer_id is not null
    group by
        customer_id,
        product_id

),

{# what speaks for a customer #}
sources as (

    select
        customer_id,
        product_id,
        'cart' as reason,
        'bought_together' as kind,
        cast({{ profile_setting('recommendations', 'weight_cart') }} as numeric(9, 4)) as weight,
        added_at as spoke_at
    from cart_items

    union all

    select
        customer_id,
        product_id,
        'bought' as reason,
        'bought_together' as kind,
        cast({{ profile_setting('recommendations', 'weight_bought') }} as numeric(9, 4)) as weight,
        last_bought_at as spoke_at
    from purchases
    where last_bought_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'bought_window_days')) }}

    union all

    select
        customer_id,
        product_id,
        'viewed' as reason,
        'viewed_together' as kind,
        cast({{ profile_setting('recommendations', 'weight_viewed') }} as numeric(9, 4)) as weight,
        last_viewed_at as spoke_at
    from views

),

sources_placed as (

    select
        sources.*,
        row_number() over (
            partition by
                customer_id,
                reason
            order by
                spoke_at desc,
                {{ binary_order('product_id') }} asc
        ) as place
    from sources

),

{# what may be shown of each product's companions: small, so that customers meet only what can be recommended #}
companions_offered as (

    select
        associations.product_id,
        associations.kind,
        associations.other_product_id,
        cast(associations.confidence as numeric(5, 4)) as confidence
    from associations
    inner join offered on associations.other_product_id = offered.product_id

),

companions as (

    select
        sources_placed.customer_id,
        companions_offered.other_product_id as product_id,
        sources_placed.reason,
        companions_offered.confidence * sources_placed.weight as points
    from sources_placed
    inner join companions_offered
        on sources_placed.product_id = companions_offered.product_id
        and sources_placed.kind = companions_offered.kind
    where sources_placed.place <= {{ profile_count('recommendations', 'max_sources') }}

),

{# best sellers of a category, each measured by the best of them #}
sold as (

    select
        offered.category,
        lines.product_id,
        count(distinct lines.source || '/' || lines.order_id) as purchase_count
    from lines
    inner join offered on lines.product_id = offered.product_id
    where
        lines.ordered_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'bought_window_days')) }}
        and offered.category is not null
    group by
        offered.category,
        lines.product_id

),

sold_placed as (

    select
        category,
        product_id,
        purchase_count,
        max(purchase_count) over (partition by category) as highest_count,
        row_number() over (
            partition by category
            order by
                purchase_count desc,
                {{ binary_order('product_id') }} asc
        ) as place
    from sold

),

best_sellers as (

    select
        category,
        product_id,
        {{ divide('purchase_count', 'highest_count', 4) }} as popularity
    from sold_placed
    where place <= {{ profile_count('recommendations', 'popular_per_category') }}

),

popular as (

    select
        affinities.customer_id,
        best_sellers.product_id,
        'popular' as reason,
        cast(best_sellers.popularity * {{ profile_setting('recommendations', 'weight_popular') }} as numeric(18, 8)) as points
    from affinities
    inner join best_sellers on affinities.value = best_sellers.category
    where
        affinities.kind = 'category'
        and affinities.rank = 1
        and affinities.stance = 'like'

),

candidates as (

    select * from companions

    union all

    select * from popular

),

{# one pass over the candidates: the points of each reason side by side #}
added as (

    select
        customer_id,
        product_id,
        {%- for reason in reasons %}
        {{ round_decimal("sum(case when reason = '" ~ reason ~ "' then points else 0 end)", 8, 4) }} as {{ reason }}_score
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from candidates
    group by
        customer_id,
        product_id

),

{# what must not be shown, each product once per customer #}
refused as (

    select
        customer_id,
        product_id
    from returns

    union

    select
        customer_id,
        product_id
    from cart_items

    union

    select
        customer_id,
        product_id
    from purchases
    where last_bought_at > {{ add_days(as_of(), '-' ~ profile_count('recommendations', 'exclude_bought_days')) }}

),

scored as (

    select
        added.customer_id,
        added.product_id,
        {# of equal reasons the first by name #}
        case greatest(added.bought_score, added.cart_score, added.popular_score, added.viewed_score)
            when added.bought_score then 'bought'
            when added.cart_score then 'cart'
            when added.popular_score then 'popular'
            else 'viewed'
        end as reason,
        added.bought_score + added.cart_score + added.popular_score + added.viewed_score as score
    from added
    left join refused
        on added.customer_id = refused.customer_id
        and added.product_id = refused.product_id
    where refused.customer_id is null

),

ranked as (

    select
        ---------- ids
        customer_id,
        product_id,

        ---------- strings
        reason,

        ---------- numbers
        row_number() over (
            partition by customer_id
            order by
                score desc,
                {{ binary_order('product_id') }} asc
        ) as rank,
        cast(score as numeric(18, 4)) as score
    from scored

)

select * from ranked
where rank <= {{ profile_count('recommendations', 'max_per_customer') }}
