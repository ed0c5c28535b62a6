{# The catalogue with what decides whether a product may be shown: sold at all, in stock over all places, price in base currency. #}
with

products as (

    select * from {{ ref('stg_shop__products') }}

),

inventory_levels as (

    select * from {{ ref('stg_shop__inventory_levels') }}

),

rates as (

    select * from {{ ref('int_profiles__currency_rates_ranged') }}

),

stock as (

    select
        product_id,
        cast(sum(available_count) as numeric(18, 3)) as stock_count
    from inventory_levels
    group by product_id

),

{# a place that names no number says nothing; a product without any number is of unknown stock #}
offered as (

    select
        ---------- ids
        products.product_id,

        ---------- strings
        products.category,
        products.brand,

        ---------- numbers
        stock.stock_count,
        {{ amount_in_base('products.price', 'rates.rate_to_base') }} as price_base_amount,

        ---------- booleans
        coalesce(products.status, 'active') = 'active' as is_active,
        case
            when stock.stock_count is null then {{ profile_count('recommendations', 'unknown_stock_is_in_stock') }} = 1
            else stock.stock_count > 0
        end as is_in_stock
    from products
    left join stock on products.product_id = stock.product_id
    left join rates
        on products.currency = rates.currency
        and cast({{ as_of() }} as date) >= rates.valid_from
        and cast({{ as_of() }} as date) < rates.valid_to

)

select * from offered
