{# The contested components, those in which a veto stands or some limit of a customer is passed, clustered so that none is:
   the strongest links first, and a link that would break one refused. The materialization does it; the query tells it everything. #}
{{ config(materialized='vetoed_components') }}

with

links as (

    select * from {{ ref('int_identity__links_made') }}

),

components as (

    select * from {{ ref('int_identity__components_found') }}

),

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

vetoes as (

    select * from {{ ref('int_identity__vetoes_found') }}

),

capped as (

    select
        components.component_id,
        nodes.node_id,
        nodes.identifier_type,
        nodes.max_per_customer
    from nodes
    inner join components on nodes.node_id = components.node_id
    where nodes.max_per_customer is not null

),

contested as (

    select component_id from vetoes

    union

    select component_id
    from capped
    group by
        component_id,
        identifier_type,
        max_per_customer
    having count(*) > max_per_customer

),

{# strongest first: written by hand, then by trust in the less trusted end, then by trust in the other, then by how often it was seen #}
contested_links as (

    select
        components.component_id as site,
        links.left_node_id,
        links.right_node_id,
        links.is_included,
        row_number() over (
            order by
                links.is_included desc,
                links.weaker_rank asc,
                links.stronger_rank asc,
                links.evidence_count desc,
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
        is_included,
        cast(null as integer) as is_absolute,
        cast(null as {{ dbt.type_string() }}) as item,
        cast(null as bigint) as amount,
        cast(null as bigint) as max_amount
    from contested_links

    union all

    select
        'veto' as kind,
        component_id as site,
        left_node_id,
        right_node_id,
        null as link_order,
        null as is_included,
        is_absolute,
        null as item,
        null as amount,
        null as max_amount
    from vetoes

    union all

    select
        'member' as kind,
        capped.component_id as site,
        capped.node_id as left_node_id,
        null as right_node_id,
        null as link_order,
        null as is_included,
        null as is_absolute,
        capped.identifier_type as item,
        1 as amount,
        capped.max_per_customer as max_amount
    from capped
    inner join contested on capped.component_id = contested.component_id

)

select * from told
