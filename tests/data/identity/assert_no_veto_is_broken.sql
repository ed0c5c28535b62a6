{# In no customer do two nodes stand between which there is a veto, nor more of a type than one customer may hold, unless a person
   included the links that brought them together (I4, I5, I7). #}
with

members as (

    select * from {{ ref('int_identity__members_grouped') }}

),

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

vetoes as (

    select * from {{ ref('int_identity__vetoes_found') }}

),

by_hand as (

    select distinct members.component_id
    from {{ ref('int_identity__links_made') }} as links
    inner join members on links.left_node_id = members.node_id
    where links.is_included = 1

),

together as (

    select
        lefts.component_id,
        vetoes.guard,
        vetoes.is_absolute
    from vetoes
    inner join members as lefts on vetoes.left_node_id = lefts.node_id
    inner join members as rights
        on vetoes.right_node_id = rights.node_id
        and lefts.component_id = rights.component_id

),

crowded as (

    select
        members.component_id,
        'unique' as guard,
        0 as is_absolute
    from members
    inner join nodes on members.node_id = nodes.node_id
    where nodes.max_per_customer is not null
    group by
        members.component_id,
        nodes.identifier_type,
        nodes.max_per_customer
    having count(*) > nodes.max_per_customer

),

broken as (

    select * from together

    union all

    select * from crowded

)

select broken.*
from broken
left join by_hand on broken.component_id = by_hand.component_id
where broken.is_absolute = 1 or by_hand.component_id is null
