{# Every mapped identifier with the component it is in; one without a link is a component of its own. #}
with

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

components as (

    select * from {{ ref('int_identity__components_found') }}

),

grouped as (

    select
        nodes.identifier_key,
        nodes.identifier_type,
        nodes.node_id,
        coalesce(components.component_id, nodes.node_id) as component_id,
        nodes.is_known_person,
        nodes.first_seen_at,
        nodes.last_seen_at
    from nodes
    left join components on nodes.node_id = components.node_id

)

select * from grouped
