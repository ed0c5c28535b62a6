{# Which customers hang together by likeness of visitors, per level. #}
{{ config(materialized='connected_components') }}

with

links as (

    select * from {{ ref('int_identity__visitor_links_made') }}

)

select
    left_node_id,
    right_node_id
from links
