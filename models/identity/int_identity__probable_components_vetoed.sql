{# The contested ones of them, clustered so that no veto is broken (I3, I4): strongest likeness first. Customers that a person keeps apart, and
   those that together would hold more of a type than one customer may, are never joined by likeness. #}
{{ config(materialized='vetoed_components') }}

with

links as (

    select * from {{ ref('int_identity__probable_links_made') }}

),

components as (

    select * from {{ ref('int_identity__probable_components_found') }}

),

mapped as (

    select * from {{ ref('int_identity__identifiers_mapped') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides_combined') }}
    where action = 'exclude'

),

types as (

    select * from {{ ref('identifier_types') }}

),

{# every customer that a likeness touches, at each level where it does #}
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

placed as (

    select
        customer_nodes.customer_id,
        customer_nodes.node_id,
        components.component_id
    from customer_nodes
    inner join components on customer_nodes.node_id = components.node_id

),

counted as (

    select
        mapped.customer_id,
        mapped.identifier_type,
        types.max_per_customer,
        count(*) as identifier_count
    from mapped
    inner join types on mapped.identifier_type = types.identifier_type
    where types.max_per_customer is not null
    group by
        mapped.customer_id,
        mapped.identifier_type,
        types.max_per_customer

),

held as (

    select
        placed.component_id,
        placed.node_id,
        counted.identifier_type,
        counted.max_per_customer,
        counted.identifier_count
    from counted
    inner join placed on counted.customer_id = placed.customer_id

),

apart as (

    select distinct
        left_places.component_id,
        left_places.node_id as left_node_id,
        right_places.node_id as right_node_id
    from overrides
    inner join mapped as lefts on overrides.identifier_key = lefts.identifier_key
    inner join mapped as rights on overrides.other_identifier_key = rights.identifier_key
    inner join placed as left_places on lefts.customer_id = left_places.customer_id
    {# a component is of one level, so both ends are of the same #}
    inner join placed as right_places
        on rights.customer_id = right_places.customer_id
        and left_places.component_id = right_places.component_id

),

contested as (

    select component_id from apart

    union

    select component_id
    from held
    group by
        component_id,
        identifier_type,
        max_per_customer
    having sum(identifier_count) > max_per_customer

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
        'veto' as kind,
        component_id as site,
        left_node_id,
        right_node_id,
        null as link_order,
        null as is_included,
        1 as is_absolute,
        null as item,
        null as amount,
        null as max_amount
    from apart

    union all

    select
        'member' as kind,
        held.component_id as site,
        held.node_id as left_node_id,
        null as right_node_id,
        null as link_order,
        null as is_included,
        null as is_absolute,
        held.identifier_type as item,
        held.identifier_count as amount,
        held.max_per_customer as max_amount
    from held
    inner join contested on held.component_id = contested.component_id

)

select * from told
