{# A refused identifier stands in no link and in no customer with another: a shared cookie must not join its users (I5). #}
with

included as (

    select identifier_key from {{ ref('int_identity__overrides_combined') }} where action = 'include'

    union

    select other_identifier_key from {{ ref('int_identity__overrides_combined') }} where action = 'include'

),

screened as (

    select screened.*
    from {{ ref('int_identity__identifiers_screened') }} as screened
    left join included on screened.identifier_key = included.identifier_key
    where not screened.is_linking and included.identifier_key is null

),

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

links as (

    select * from {{ ref('int_identity__links_made') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

linked as (

    select screened.identifier_key
    from screened
    inner join nodes on screened.identifier_key = nodes.identifier_key
    inner join links on nodes.node_id = links.left_node_id or nodes.node_id = links.right_node_id

),

accompanied as (

    select screened.identifier_key
    from screened
    inner join identity_map on screened.identifier_key = identity_map.identifier_key
    inner join identity_map as others
        on identity_map.customer_id = others.customer_id
        and identity_map.identifier_key <> others.identifier_key

)

select * from linked

union

select * from accompanied
