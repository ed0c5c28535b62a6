{# Which nodes hang together, to the fixed point. The query gives the links and which of them are new or gone; the materialization finds the
   components, and after the first run only those that such a link touches. #}
{{ config(materialized='connected_components', change_feed=true) }}

with

links as (

    select * from {{ ref('int_identity__links_made') }}

),

changes as (

    select * from {{ changes_of('int_identity__links_made') }}

),

{# new or gone: of a link that was there and is, only what is known of it changed #}
turned as (

    select
        left_node_id,
        right_node_id,
        max(case when is_standing then 1 else 0 end) = 1 as is_standing
    from changes
    group by
        left_node_id,
        right_node_id
    having count(*) = 1

),

told as (

    select
        left_node_id,
        right_node_id,
        true as is_changed,
        is_standing
    from turned

    union all

    select
        links.left_node_id,
        links.right_node_id,
        {{ 'false' if is_renewed() else 'true' }} as is_changed,
        true as is_standing
    from links
    left join turned
        on links.left_node_id = turned.left_node_id
        and links.right_node_id = turned.right_node_id
    where turned.left_node_id is null

)

select
    left_node_id,
    right_node_id,
    is_changed,
    is_standing
from told
