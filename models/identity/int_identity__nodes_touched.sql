{# Whose customer a renewal looks at again: touched identifiers, the ends of changed links, and all that hang together with one of them.
   What was one group before and is several now has an end of a lost link in each, so every part of it is here. Empty where everything is made anew. #}
with

identifiers_touched as (

    select * from {{ ref('int_identity__identifiers_touched') }}

),

link_changes as (

    select * from {{ changes_of('int_identity__links_made') }}

),

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

components as (

    select * from {{ ref('int_identity__components_found') }}

),

seeds as (

    select {{ hex_integer('identifier_key') }} as node_id from identifiers_touched

    union

    select left_node_id as node_id from link_changes

    union

    select right_node_id as node_id from link_changes

),

opened as (

    select distinct components.component_id
    from components
    inner join seeds on components.node_id = seeds.node_id

),

reached as (

    select node_id from seeds

    union

    select components.node_id
    from components
    inner join opened on components.component_id = opened.component_id

),

{# an identifier that is gone has no node any more, but had a customer #}
touched as (

    select
        nodes.identifier_key,
        nodes.node_id
    from nodes
    inner join reached on nodes.node_id = reached.node_id

    union

    select
        identifier_key,
        {{ hex_integer('identifier_key') }} as node_id
    from identifiers_touched

)

select * from touched
