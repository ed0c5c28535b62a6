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

level_numbers as (

    select 0 as level_number
    union all
    select 1 as level_number

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
        components.component_id,
        components.node_id,
        counted.identifier_type,
        counted.max_per_customer,
        counted.identifier_count
    from counted
    cross join level_numbers
    inner join components on {{ customer_node('counted.customer_id', 'level_numbers.level_number') }} = components.node_id

),

apart as (

    select distinct
        left_components.component_id,
        left_components.node_id as left_node_id,
        right_components.node_id as right_node_id
    from overrides
    cross join level_numbers
    inner join mapped as lefts on overrides.identifier_key = lefts.identifier_key
    inner join mapped as rights on overrides.other_identifier_key = rights.identifier_key
    inner join components as left_components on {{ customer_node('lefts.customer_id', 'level_numbers.level_number') }} = left_components.node_id
    inner join components as right_components
        on {{ customer_node('rights.customer_id', 'level_numbers.level_number') }} = right_components.node_id
        and left_components.component_id = right_components.component_id

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
