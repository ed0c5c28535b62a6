{# Every mapped identifier with the component it is in, after the vetoes; one without a link is a component of its own. #}
{{ config(
    materialized='renewed',
    touched='int_identity__nodes_touched',
    touched_keys=['identifier_key'],
) }}
with

nodes as (

    select * from {{ touched('int_identity__nodes_numbered', by='int_identity__nodes_touched', keys=['node_id']) }}

),

components as (

    select * from {{ touched('int_identity__components_found', by='int_identity__nodes_touched', keys=['node_id']) }}

),

clusters as (

    select * from {{ ref('int_identity__components_vetoed') }}

),

grouped as (

    select
        nodes.identifier_key,
        nodes.identifier_type,
        nodes.node_id,
        coalesce(clusters.component_id, components.component_id, nodes.node_id) as component_id,
        nodes.founding_place,
        nodes.is_known_person,
        nodes.first_seen_at,
        nodes.last_seen_at
    from nodes
    left join components on nodes.node_id = components.node_id
    left join clusters on nodes.node_id = clusters.node_id

)

select * from grouped
