{# The ledger of the guards (I4): every link that was offered and refused, and why. #}
with

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

refused as (

    select
        screened.identifier_type,
        screened.identifier_key,
        screened.guard,
        screened.detail,
        evidence.evidence_id,
        evidence.first_seen_at
    from evidence
    inner join screened on evidence.identifier_key = screened.identifier_key
    where not screened.is_linking

),

offered as (

    select
        ---------- ids
        refused.identifier_key,
        others.identifier_key as other_identifier_key,

        ---------- strings
        refused.identifier_type,
        refused.guard,
        refused.detail,

        ---------- numbers
        count(*) as evidence_count,

        ---------- timestamps
        min(refused.first_seen_at) as observed_at
    from refused
    left join evidence as others
        on refused.evidence_id = others.evidence_id
        and refused.identifier_key <> others.identifier_key
    group by
        refused.identifier_key,
        others.identifier_key,
        refused.identifier_type,
        refused.guard,
        refused.detail

)

select * from offered
