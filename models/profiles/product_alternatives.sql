{# What to show instead of a product that is out of stock: of its category, at about its price, and there to be bought. #}
with

products as (

    select * from {{ ref('int_profiles__products_offered') }}
    where
        is_active
        and category is not null
        and price_base_amount is not null

),

lines as (

    select * from {{ ref('customer_order_lines') }}
    where
        is_purchase
        and product_id is not null
        and ordered_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'bought_window_days')) }}

),

popularity as (

    select
        product_id,
        count(distinct source || '/' || order_id) as purchase_count
    from lines
    group by product_id

),

missing as (

    select
        product_id,
        category,
        brand,
        price_base_amount,
        {{ exact_product('price_base_amount', '(1 - ' ~ profile_setting('alternatives', 'price_band_share') ~ ')', 4) }} as lowest_amount,
        {{ exact_product('price_base_amount', '(1 + ' ~ profile_setting('alternatives', 'price_band_share') ~ ')', 4) }} as highest_amount
    from products
    where not is_in_stock

),

available as (

    select * from products
    where is_in_stock

),

paired as (

    select
        missing.product_id,
        available.product_id as alternative_product_id,
        missing.category,
        coalesce(missing.brand = available.brand, false) as is_same_brand,
        cast(available.price_base_amount - missing.price_base_amount as numeric(18, 4)) as price_difference_amount,
        coalesce(popularity.purchase_count, 0) as purchase_count
    from missing
    inner join available
        on missing.category = available.category
        and available.price_base_amount >= missing.lowest_amount
        and available.price_base_amount <= missing.highest_amount
    left join popularity on available.product_id = popularity.product_id

),

ranked as (

    select
        ---------- ids
        product_id,
        alternative_product_id,

        ---------- strings
        category,

        ---------- numbers
        row_number() over (
            partition by product_id
            order by
                case when is_same_brand then 0 else 1 end,
                abs(price_difference_amount),
                purchase_count desc,
                {{ binary_order('alternative_product_id') }} asc
        ) as rank,
        price_difference_amount,
        purchase_count,

        ---------- booleans
        is_same_brand
    from paired

)

select * from ranked
where rank <= {{ profile_count('alternatives', 'max_per_product') }}
