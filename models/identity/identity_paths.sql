{# From any identifier back to the founder of its customer, one step a row, by the fewest links (I9). #}
{{ config(
    materialized='renewed',
    touched='int_identity__nodes_touched',
    touched_keys=['identifier_key'],
) }}
with

paths as (

    select * from {{ touched('int_identity__paths_walked', by='int_identity__nodes_touched', keys=['node_id']) }}

),

nodes as (

    select * from {{ touched('int_identity__nodes_numbered', by='int_identity__nodes_touched', keys=['node_id']) }}

),

identity_map as (

    select * from {{ touched('identity_map', by='int_identity__nodes_touched', keys=['identifier_key']) }}

),

told as (

    select
        ---------- ids
        nodes.identifier_key,
        parents.identifier_key as next_identifier_key,
        identity_map.customer_id,

        ---------- numbers
        paths.depth as links_to_founder,

        ---------- booleans
        paths.is_bridge
    from paths
    inner join nodes on paths.node_id = nodes.node_id
    inner join identity_map on nodes.identifier_key = identity_map.identifier_key
    left join nodes as parents on paths.parent_node_id = parents.node_id

)

select * from told
