{# A component of the graph is one customer, and a customer is one component: what is not linked is not the same person. #}
with

members as (

    select * from {{ ref('int_identity__members_grouped') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

pairs as (

    select distinct
        members.component_id,
        identity_map.customer_id
    from members
    full outer join identity_map on members.identifier_key = identity_map.identifier_key

)

select
    component_id,
    customer_id
from pairs
where component_id is null
    or customer_id is null
    or component_id in (select component_id from pairs group by component_id having count(*) > 1)
    or customer_id in (select customer_id from pairs group by customer_id having count(*) > 1)
