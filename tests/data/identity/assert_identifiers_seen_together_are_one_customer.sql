{# Identifiers that one evidence names, and that no guard refuses, are one customer: two customers mean that a merge was missed.
   Components in which a veto stands are judged by assert_no_veto_is_broken. #}
with

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

contested as (

    select distinct nodes.identifier_key
    from {{ ref('int_identity__components_vetoed') }} as clusters
    inner join {{ ref('int_identity__nodes_numbered') }} as nodes on clusters.node_id = nodes.node_id

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}
    where is_linking

),

identity_map as (

    select * from {{ ref('identity_map') }}

)

select
    evidence.evidence_id,
    min(identity_map.customer_id) as customer_id,
    max(identity_map.customer_id) as other_customer_id
from evidence
inner join screened on evidence.identifier_key = screened.identifier_key
left join identity_map on evidence.identifier_key = identity_map.identifier_key
left join contested on evidence.identifier_key = contested.identifier_key
where contested.identifier_key is null
group by evidence.evidence_id
having count(distinct identity_map.customer_id) > 1
    or count(identity_map.customer_id) < count(*)
