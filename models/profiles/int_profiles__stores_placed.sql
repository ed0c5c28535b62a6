{# Where stores are and whose clock counts there. A table of its own, so that the events of a device in a store that moved are known. #}
{{ config(materialized='renewed', keys=['store_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') }}
with

stores as (

    select * from {{ ref('stg_pos__stores') }}

)

select
    store_id,
    timezone,
    city,
    country
from stores
