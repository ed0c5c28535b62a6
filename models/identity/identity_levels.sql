{# How sure one wants to be (I10): each customer by exact links, and the customer it is when likenesses above the strict or the wide line count.
   The oldest customer of a cluster lends it its id, so a level's id is always the id of a living customer. #}
{{ config(
    materialized='renewed',
    touched='int_identity__customers_touched',
    touched_keys=['customer_id'],
) }}
with

members as (

    select * from {{ ref('int_identity__members_grouped') }}

),

mapped as (

    select * from {{ touched('int_identity__identifiers_mapped', by='int_identity__customers_touched', keys=['customer_id']) }}

),

links as (

    select * from {{ ref('int_identity__probable_links_made') }}

),

components as (

    select * from {{ ref('int_identity__probable_components_found') }}

),

clusters as (

    select * from {{ ref('int_identity__probable_components_vetoed') }}

),

customer_nodes as (

    select
        level,
        left_customer_id as customer_id,
        left_node_id as node_id
    from links

    union

    select
        level,
        right_customer_id as customer_id,
        right_node_id as node_id
    from links

),

customers as (

    select
        mapped.customer_id,
        min(members.founding_place) as founding_place
    from mapped
    inner join members on mapped.identifier_key = members.identifier_key
    group by mapped.customer_id

),

clustered as (

    select
        customers.customer_id,
        customers.founding_place,
        customer_nodes.level,
        customer_nodes.node_id,
        coalesce(clusters.component_id, components.component_id) as component_id
    from customers
    inner join customer_nodes on customers.customer_id = customer_nodes.customer_id
    inner join components on customer_nodes.node_id = components.node_id
    left join clusters on components.node_id = clusters.node_id

),

named as (

    select
        level,
        node_id,
        component_id,
        customer_id,
        first_value(customer_id) over (
            partition by component_id
            order by founding_place
        ) as level_customer_id
    from clustered

),

link_ends as (

    select
        links.level,
        links.left_node_id as node_id,
        links.right_node_id as other_node_id,
        links.match_probability
    from links

    union all

    select
        links.level,
        links.right_node_id as node_id,
        links.left_node_id as other_node_id,
        links.match_probability
    from links

),

{# the strongest likeness that holds a customer in its cluster #}
held as (

    select
        named.customer_id,
        named.level,
        max(link_ends.match_probability) as match_probability
    from named
    inner join link_ends on named.node_id = link_ends.node_id
    inner join named as others
        on link_ends.other_node_id = others.node_id
        and named.component_id = others.component_id
    group by
        named.customer_id,
        named.level

),

leveled as (

    select
        ---------- ids
        customers.customer_id,
        coalesce(strict.level_customer_id, customers.customer_id) as strict_customer_id,
        coalesce(wide.level_customer_id, customers.customer_id) as wide_customer_id,

        ---------- numbers
        coalesce(cast(held.match_probability as numeric(18, 6)), 1) as match_probability
    from customers
    left join named as strict
        on customers.customer_id = strict.customer_id
        and strict.level = 'strict'
    left join named as wide
        on customers.customer_id = wide.customer_id
        and wide.level = 'wide'
    left join held
        on customers.customer_id = held.customer_id
        and held.level = 'wide'

)

select * from leveled
