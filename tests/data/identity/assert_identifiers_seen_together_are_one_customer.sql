{# Identifiers that one evidence names, and that no guard refuses, are one customer: two customers mean that a merge was missed. #}
with

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

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
group by evidence.evidence_id
having count(distinct identity_map.customer_id) > 1
    or count(identity_map.customer_id) < count(*)
