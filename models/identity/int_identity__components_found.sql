{# Which nodes hang together, to the fixed point. The query gives the links; the materialization finds the components. #}
{{ config(materialized='connected_components') }}

with

links as (

    select * from {{ ref('int_identity__links_made') }}

)

select
    left_node_id,
    right_node_id
from links
