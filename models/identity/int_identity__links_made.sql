{# The links that the guards on identifiers let through, and those that a person wrote (I4): what may join two nodes. #}
{{ config(
    materialized='renewed',
    touched='int_identity__links_touched',
    touched_keys=['left_node_id', 'right_node_id'],
) }}
with

candidates as (

    select * from {{ touched('int_identity__candidates_made', by='int_identity__links_touched', keys=['identifier_key', 'other_identifier_key']) }}
    where guard is null

),

overrides as (

    select * from {{ ref('int_identity__overrides_combined') }}
    where action = 'include'

),

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

offered as (

    select
        identifier_key,
        other_identifier_key,
        evidence_id,
        trust_rank,
        other_trust_rank,
        evidence_count,
        0 as is_included,
        first_seen_at
    from candidates

    union all

    select
        identifier_key,
        other_identifier_key,
        'rules/identity_overrides/' || identifier_key || '+' || other_identifier_key as evidence_id,
        0 as trust_rank,
        0 as other_trust_rank,
        1 as evidence_count,
        1 as is_included,
        decided_at as first_seen_at
    from overrides

),

links as (

    select
        ---------- ids
        least(lefts.node_id, rights.node_id) as left_node_id,
        greatest(lefts.node_id, rights.node_id) as right_node_id,

        ---------- strings
        min({{ binary_order('offered.evidence_id') }}) as evidence_id,

        ---------- numbers
        max(offered.is_included) as is_included,
        {# the lowest: a person's word makes a link as strong as his word, whatever evidence says the same #}
        min(greatest(offered.trust_rank, offered.other_trust_rank)) as weaker_rank,
        min(least(offered.trust_rank, offered.other_trust_rank)) as stronger_rank,
        cast(sum(offered.evidence_count) as bigint) as evidence_count,

        ---------- timestamps
        min(offered.first_seen_at) as first_seen_at
    from offered
    inner join nodes as lefts on offered.identifier_key = lefts.identifier_key
    inner join nodes as rights on offered.other_identifier_key = rights.identifier_key
    group by
        least(lefts.node_id, rights.node_id),
        greatest(lefts.node_id, rights.node_id)

)

select * from links
