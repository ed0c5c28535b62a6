{# Why identifiers are one customer (I9): every link that holds, with the evidence that made it. #}
{{ config(
    materialized='renewed',
    touched='int_identity__nodes_touched',
    touched_keys=['identifier_key'],
    keys=['identifier_key', 'other_identifier_key'],
) }}
with

links as (

    select * from {{ touched('int_identity__links_made', by='int_identity__nodes_touched', keys=['left_node_id = node_id']) }}

),

members as (

    select * from {{ touched('int_identity__members_grouped', by='int_identity__nodes_touched', keys=['node_id']) }}

),

paths as (

    select * from {{ touched('int_identity__paths_walked', by='int_identity__nodes_touched', keys=['node_id']) }}

),

identity_map as (

    select * from {{ touched('identity_map', by='int_identity__nodes_touched', keys=['identifier_key']) }}

),

holding as (

    select
        ---------- ids
        lefts.identifier_key,
        rights.identifier_key as other_identifier_key,
        identity_map.customer_id,

        ---------- strings
        lefts.identifier_type,
        rights.identifier_type as other_identifier_type,
        case when links.is_included = 1 then 'included by hand' else 'named in one evidence' end as rule,
        links.evidence_id as evidence,

        ---------- numbers
        cast(1 as numeric(18, 6)) as match_probability,
        cast(links.evidence_count as bigint) as evidence_count,

        ---------- booleans
        {# a link outside the tree of shortest paths closes a circle, so nothing hangs on it alone #}
        case
            when left_paths.node_id is null or right_paths.node_id is null then null
            when left_paths.parent_node_id = links.right_node_id then left_paths.is_bridge
            when right_paths.parent_node_id = links.left_node_id then right_paths.is_bridge
            else false
        end as is_bridge,

        ---------- timestamps
        links.first_seen_at
    from links
    inner join members as lefts on links.left_node_id = lefts.node_id
    inner join members as rights
        on links.right_node_id = rights.node_id
        and lefts.component_id = rights.component_id
    left join paths as left_paths on links.left_node_id = left_paths.node_id
    left join paths as right_paths on links.right_node_id = right_paths.node_id
    inner join identity_map on lefts.identifier_key = identity_map.identifier_key

)

select * from holding
