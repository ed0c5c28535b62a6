{# Which nodes hang together, to the fixed point. The query gives the links and which of them changed; the materialization finds the
   components, and after the first run only those that a changed link touches. #}
{{ config(materialized='connected_components', change_feed=true) }}

with

compared as (

    select * from {{ ref('int_identity__links_compared') }}

)

select
    left_node_id,
    right_node_id,
    is_changed,
    is_standing
from compared
