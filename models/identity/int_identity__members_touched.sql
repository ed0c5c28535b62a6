{# Which identifiers may be offered another link than before: those of evidence that names others than before, or at another time, and of evidence that names
   an identifier on which the guards have changed their mind. Empty where everything is made anew. #}
with

evidence_changes as (

    select * from {{ changes_of('int_identity__evidence_keyed') }}

),

screening_changes as (

    select * from {{ changes_of('int_identity__identifiers_screened') }}

),

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

{# that something was seen once more changes no link #}
named as (

    select
        evidence_id,
        identifier_key,
        min(case when is_standing then 0 else 1 end) as is_gone,
        max(case when is_standing then 0 else 1 end) as is_former,
        min(case when is_standing then first_seen_at end) as first_seen_at,
        min(case when not is_standing then first_seen_at end) as former_first_seen_at
    from evidence_changes
    group by
        evidence_id,
        identifier_key

),

differing as (

    select distinct evidence_id
    from named
    where
        is_gone = is_former
        or first_seen_at is distinct from former_first_seen_at

),

judged_anew as (

    select identifier_key
    from screening_changes
    group by identifier_key
    having min(coalesce(guard, '') || ':' || coalesce(detail, '')) <> max(coalesce(guard, '') || ':' || coalesce(detail, ''))

),

beside_them as (

    select distinct evidence.evidence_id
    from evidence
    inner join judged_anew on evidence.identifier_key = judged_anew.identifier_key

),

touched as (

    select named.identifier_key
    from named
    inner join differing on named.evidence_id = differing.evidence_id

    union

    select evidence.identifier_key
    from evidence
    inner join beside_them on evidence.evidence_id = beside_them.evidence_id

)

select * from touched
