{# Why identifiers are one customer (I9): every link that holds, with the evidence that made it. #}
with

links as (

    select * from {{ ref('int_identity__links_made') }}

),

members as (

    select * from {{ ref('int_identity__members_grouped') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

holding as (

    select
        ---------- ids
        lefts.identifier_key,
        rights.identifier_key as other_identifier_key,
        identity_map.customer_id,

        ---------- strings
        lefts.identifier_type,
        rights.identifier_type as other_identifier_type,
        case when links.is_included = 1 then 'included by hand' else 'named in one evidence' end as rule,
        links.evidence_id as evidence,

        ---------- numbers
        cast(1 as numeric(18, 6)) as match_probability,
        cast(links.evidence_count as bigint) as evidence_count,

        ---------- timestamps
        links.first_seen_at
    from links
    inner join members as lefts on links.left_node_id = lefts.node_id
    inner join members as rights
        on links.right_node_id = rights.node_id
        and lefts.component_id = rights.component_id
    inner join identity_map on lefts.identifier_key = identity_map.identifier_key

)

select * from holding
