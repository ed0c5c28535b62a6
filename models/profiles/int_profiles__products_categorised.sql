{# Which category and brand a product is of. A table of its own, so that the events of a product that came under another are known, and a change of its price or
   stock touches none. #}
{{ config(materialized='renewed', keys=['product_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') }}
with

products as (

    select * from {{ ref('stg_shop__products') }}

)

select
    product_id,
    category,
    brand
from products
