{# Every link that evidence offers, and what the guards on identifiers say of it: within one evidence a star around the most
   trusted identifier that may link, which joins the same people as every pair would, at a fraction of the rows. #}
{{ config(
    materialized='renewed',
    touched='int_identity__members_touched',
    touched_keys=['identifier_key'],
    keys=['identifier_key', 'other_identifier_key'],
) }}
with

evidence as (

    select * from {{ touched('int_identity__evidence_keyed', by='int_identity__stars_reread', keys=['evidence_id']) }}

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

named as (

    {# one evidence may reach us over several channels #}
    select
        evidence_id,
        identifier_key,
        min(first_seen_at) as first_seen_at
    from evidence
    group by
        evidence_id,
        identifier_key

),

ranked as (

    select
        named.evidence_id,
        named.identifier_key,
        named.first_seen_at,
        screened.identifier_type,
        screened.trust_rank,
        screened.guard,
        screened.detail,
        row_number() over (
            partition by named.evidence_id
            order by
                case when screened.is_linking then 0 else 1 end,
                screened.trust_rank,
                {{ binary_order('named.identifier_key') }}
        ) as place
    from named
    inner join screened on named.identifier_key = screened.identifier_key

),

anchors as (

    select * from ranked
    where place = 1

),

candidates as (

    select
        ---------- ids
        members.identifier_key,
        anchors.identifier_key as other_identifier_key,

        ---------- strings
        members.identifier_type,
        anchors.identifier_type as other_identifier_type,
        members.guard,
        members.detail,
        min({{ binary_order('members.evidence_id') }}) as evidence_id,

        ---------- numbers
        members.trust_rank,
        anchors.trust_rank as other_trust_rank,
        count(*) as evidence_count,

        ---------- timestamps
        min(members.first_seen_at) as first_seen_at
    from ranked as members
    inner join anchors on members.evidence_id = anchors.evidence_id
    where members.place > 1
    group by
        members.identifier_key,
        anchors.identifier_key,
        members.identifier_type,
        anchors.identifier_type,
        members.guard,
        members.detail,
        members.trust_rank,
        anchors.trust_rank

),

{# of others in the same stars not all evidence was read #}
kept as (

    select * from {{ touched_of('candidates', by='int_identity__members_touched', keys=['identifier_key']) }}

)

select * from kept
