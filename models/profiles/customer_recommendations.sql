{# What to show each customer next: companions of what lies in the cart, was bought or was looked at, then best sellers of the favourite
   category. Never what was given back, was bought not long ago, lies in the cart, is out of stock or is no longer sold. Only the newest
   products of a customer speak, and each has a bounded number of companions, so the work grows with customers alone.
   Candidates are many times the customers: they hold numbers only, and what stays gets its texts back. Points are counted in 10^-8 and scores in 10^-4,
   whole numbers far below 2^53, which doubles add up exactly, in any order and in a fraction of the time of decimals. #}
{# of equal reasons the first by name #}
{% set reasons = ['bought', 'cart', 'popular', 'viewed'] -%}
{% set voices = {'bought': 'bought_together', 'cart': 'bought_together', 'viewed': 'viewed_together'} -%}

with

customers as (

    select
        customer_id,
        favourite_category,
        cast(row_number() over (order by {{ binary_order('customer_id') }}) as integer) as customer_number
    from {{ ref('int_profiles__customers_described') }}

),

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

associations as (

    select * from {{ ref('product_associations') }}
    where rank <= {{ profile_count('recommendations', 'max_companions') }}

),

offered as (

    select
        product_id,
        category,
        cast(row_number() over (order by {{ binary_order('product_id') }}) as integer) as product_number
    from {{ ref('int_profiles__products_offered') }}
    where
        is_active
        and is_in_stock

),

carted as (

    select
        customers.customer_number,
        cart_items.product_id,
        cart_items.added_at
    from cart_items
    inner join customers on cart_items.customer_id = customers.customer_id

),

purchases as (

    select
        customers.customer_number,
        lines.product_id,
        max(lines.ordered_at) as last_bought_at
    from lines
    inner join customers on lines.customer_id = customers.customer_id
    group by
        customers.customer_number,
        lines.product_id

),

{# what speaks for a customer #}
sources as (

    select
        customer_number,
        product_id,
        {{ reasons.index('cart') }} as reason_number,
        added_at as spoke_at
    from carted

    union all

    select
        customer_number,
        product_id,
        {{ reasons.index('bought') }} as reason_number,
        last_bought_at as spoke_at
    from purchases
    where last_bought_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'bought_window_days')) }}

    union all

    select
        customers.customer_number,
        views.product_id,
        {{ reasons.index('viewed') }} as reason_number,
        views.last_viewed_at as spoke_at
    from views
    inner join customers on views.customer_id = customers.customer_id

),

sources_placed as (

    select
        sources.*,
        row_number() over (
            partition by
                customer_number,
                reason_number
            order by
                spoke_at desc,
                {{ binary_order('product_id') }} asc
        ) as place
    from sources

),

voices as (

    {% for reason, kind in voices.items() %}
    select
        {{ reasons.index(reason) }} as reason_number,
        '{{ kind }}' as kind,
        cast({{ profile_setting('recommendations', 'weight_' ~ reason) }} as numeric(9, 4)) as weight
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

{# what may be shown of each product's companions, and what each adds: small, so that customers meet only what can be recommended #}
companions_offered as (

    select
        associations.product_id,
        voices.reason_number,
        offered.product_number,
        cast(cast(cast(associations.confidence as numeric(5, 4)) * voices.weight * 100000000 as bigint) as double precision) as points
    from associations
    inner join offered on associations.other_product_id = offered.product_id
    inner join voices on associations.kind = voices.kind

),

companions as (

    select
        sources_placed.customer_number,
        companions_offered.product_number,
        companions_offered.reason_number,
        companions_offered.points
    from sources_placed
    inner join companions_offered
        on sources_placed.product_id = companions_offered.product_id
        and sources_placed.reason_number = companions_offered.reason_number
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

best_sellers_offered as (

    select
        best_sellers.category,
        offered.product_number,
        cast(cast(cast(best_sellers.popularity * {{ profile_setting('recommendations', 'weight_popular') }} as numeric(18, 8)) * 100000000 as bigint) as double precision) as points
    from best_sellers
    inner join offered on best_sellers.product_id = offered.product_id

),

popular as (

    select
        customers.customer_number,
        best_sellers_offered.product_number,
        {{ reasons.index('popular') }} as reason_number,
        best_sellers_offered.points
    from customers
    inner join best_sellers_offered on customers.favourite_category = best_sellers_offered.category

),

candidates as (

    select * from companions

    union all

    select * from popular

),

{# one pass over the candidates: the points of each reason side by side #}
added as (

    select
        customer_number,
        product_number,
        {%- for reason in reasons %}
        sum(case when reason_number = {{ loop.index0 }} then points else 0 end) as {{ reason }}_points
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from candidates
    group by
        customer_number,
        product_number

),

{# what must not be shown #}
refused as (

    select
        customers.customer_number,
        returns.product_id
    from returns
    inner join customers on returns.customer_id = customers.customer_id

    union all

    select
        customer_number,
        product_id
    from carted

    union all

    select
        customer_number,
        product_id
    from purchases
    where last_bought_at > {{ add_days(as_of(), '-' ~ profile_count('recommendations', 'exclude_bought_days')) }}

),

refused_offered as (

    select
        refused.customer_number,
        offered.product_number
    from refused
    inner join offered on refused.product_id = offered.product_id

),

rounded as (

    select
        added.customer_number,
        added.product_number,
        {%- for reason in reasons %}
        floor((added.{{ reason }}_points + 5000) / 10000) as {{ reason }}_score
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from added
    left join refused_offered
        on added.customer_number = refused_offered.customer_number
        and added.product_number = refused_offered.product_number
    where refused_offered.customer_number is null

),

scored as (

    select
        customer_number,
        product_number,
        case greatest({% for reason in reasons %}{{ reason }}_score{{ ', ' if not loop.last }}{% endfor %})
            {%- for reason in reasons %}
            when {{ reason }}_score then {{ loop.index0 }}
            {%- endfor %}
        end as reason_number,
        {% for reason in reasons %}{{ reason }}_score{{ ' + ' if not loop.last }}{% endfor %} as score
    from rounded

),

{# products are numbered by name #}
ranked as (

    select
        scored.*,
        row_number() over (
            partition by customer_number
            order by
                score desc,
                product_number asc
        ) as rank
    from scored

),

recommended as (

    select
        ---------- ids
        customers.customer_id,
        offered.product_id,

        ---------- strings
        case ranked.reason_number
            {%- for reason in reasons %}
            when {{ loop.index0 }} then '{{ reason }}'
            {%- endfor %}
        end as reason,

        ---------- numbers
        ranked.rank,
        cast(cast(ranked.score as bigint) * 0.0001 as numeric(18, 4)) as score
    from ranked
    inner join customers on ranked.customer_number = customers.customer_number
    inner join offered on ranked.product_number = offered.product_number
    where ranked.rank <= {{ profile_count('recommendations', 'max_per_customer') }}

)

select * from recommended
