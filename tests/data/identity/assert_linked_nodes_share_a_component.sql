{# Both ends of a link are in one component, and a component is named for its lowest member: else the search stopped too early. #}
with

links as (

    select * from {{ ref('int_identity__links_made') }}

),

components as (

    select * from {{ ref('int_identity__components_found') }}

),

torn as (

    select
        links.left_node_id as node_id,
        links.right_node_id as other_node_id
    from links
    left join components as left_components on links.left_node_id = left_components.node_id
    left join components as right_components on links.right_node_id = right_components.node_id
    where left_components.component_id is distinct from right_components.component_id
        or left_components.component_id is null

),

nameless as (

    select
        components.node_id,
        components.component_id as other_node_id
    from components
    left join components as founders
        on components.component_id = founders.node_id
        and founders.node_id = founders.component_id
    where founders.node_id is null

)

select * from torn

union all

select * from nameless
