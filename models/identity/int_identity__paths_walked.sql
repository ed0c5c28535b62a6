{# From each linked identifier the shortest way to the founder of its customer, and whether its last step is a bridge (I9).
   Contested components have other founders after the vetoes, so the links that hold are walked, not those that were offered. #}
{{ config(materialized='rooted_paths', touched='int_identity__nodes_touched') }}

with

links as (

    select * from {{ ref('int_identity__links_made') }}

),

members as (

    select * from {{ touched('int_identity__members_grouped', by='int_identity__nodes_touched', keys=['node_id']) }}

),

holding as (

    select
        links.left_node_id,
        links.right_node_id,
        lefts.component_id
    from links
    inner join members as lefts on links.left_node_id = lefts.node_id
    inner join members as rights
        on links.right_node_id = rights.node_id
        and lefts.component_id = rights.component_id

),

founders as (

    select
        members.node_id,
        row_number() over (
            partition by members.component_id
            order by members.founding_place
        ) as place
    from members
    inner join (select distinct component_id from holding) as linked on members.component_id = linked.component_id

),

told as (

    select
        'root' as kind,
        node_id as left_node_id,
        cast(null as bigint) as right_node_id,
        cast(null as bigint) as code
    from founders
    where place = 1

    union all

    select
        'link' as kind,
        left_node_id,
        right_node_id,
        {# 48 bits of the link's own #}
        {{ hex_integer("'000' || md5(left_node_id || ':' || right_node_id)") }} as code
    from holding

)

select * from told
