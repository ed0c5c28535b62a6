{# Those of them with several known customers, clustered so that each cluster holds one (I3, I4): a visitor who is like two goes to the one it is
   more like, and keeps them apart. #}
{{ config(materialized='vetoed_components') }}

with

links as (

    select * from {{ ref('int_identity__visitor_links_made') }}

),

components as (

    select * from {{ ref('int_identity__visitor_components_found') }}

),

mapped as (

    select * from {{ ref('int_identity__identifiers_mapped') }}

),

known as (

    select distinct customer_id
    from mapped
    where is_known_person

),

customer_nodes as (

    select
        left_customer_id as customer_id,
        left_node_id as node_id
    from links

    union

    select
        right_customer_id as customer_id,
        right_node_id as node_id
    from links

),

known_nodes as (

    select
        components.component_id,
        customer_nodes.node_id
    from customer_nodes
    inner join known on customer_nodes.customer_id = known.customer_id
    inner join components on customer_nodes.node_id = components.node_id

),

contested as (

    select component_id
    from known_nodes
    group by component_id
    having count(*) > 1

),

contested_links as (

    select
        components.component_id as site,
        links.left_node_id,
        links.right_node_id,
        row_number() over (
            order by
                links.match_probability desc,
                links.record_pair_count desc,
                links.left_node_id asc,
                links.right_node_id asc
        ) as link_order
    from contested
    inner join components on contested.component_id = components.component_id
    inner join links on components.node_id = links.left_node_id

),

told as (

    select
        'link' as kind,
        site,
        left_node_id,
        right_node_id,
        link_order,
        0 as is_included,
        cast(null as integer) as is_absolute,
        cast(null as {{ dbt.type_string() }}) as item,
        cast(null as bigint) as amount,
        cast(null as bigint) as max_amount
    from contested_links

    union all

    select
        'member' as kind,
        known_nodes.component_id as site,
        known_nodes.node_id as left_node_id,
        null as right_node_id,
        null as link_order,
        null as is_included,
        null as is_absolute,
        'known customer' as item,
        1 as amount,
        1 as max_amount
    from known_nodes
    inner join contested on known_nodes.component_id = contested.component_id

)

select * from told
