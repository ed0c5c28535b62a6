{# The evidence with keys in place of values, so that everything after it is free of personal data. #}
{{ config(
    materialized='renewed',
    touched='int_staging__evidence_touched',
    touched_keys=['evidence_id'],
) }}
with

told as (

    select * from {{ touched('int_staging__evidence_unioned', by='int_staging__evidence_touched', keys=['source', 'table_name', 'evidence_id = local_evidence_id']) }}

),

{# evidence that is no record may reach us in several spellings of one recipient #}
evidence as (

    select
        source,
        table_name,
        record_id,
        evidence_id,
        channel,
        identifier_type,
        identifier_value,
        is_own,
        given_name,
        first_seen_at,
        last_seen_at
    from told
    where record_id is not null

    union all

    select
        source,
        table_name,
        record_id,
        evidence_id,
        channel,
        identifier_type,
        identifier_value,
        is_own,
        given_name,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from told
    where record_id is null
    group by
        source,
        table_name,
        record_id,
        evidence_id,
        channel,
        identifier_type,
        identifier_value,
        is_own,
        given_name

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

types as (

    select * from {{ ref('identifier_types') }}

),

variants as (

    select
        name,
        min({{ binary_order('variant_of') }}) as variant_of
    from {{ ref('given_name_variants') }}
    group by name

),

salts as (

    select * from {{ source('raw', 'identifier_salt') }}

),

keyed as (

    select
        evidence.source,
        evidence.table_name,
        evidence.record_id,
        {{ evidence_name('evidence', 'salts.salt') }} as evidence_id,
        evidence.channel,
        evidence.identifier_type,
        identifiers.identifier_key,
        types.trust_rank,
        {# two letters tell two people apart often enough, and name nobody; Bob is Robert, and a single letter tells nothing #}
        case when length(evidence.given_name) > 1 then substr(coalesce(variants.variant_of, evidence.given_name), 1, 2) end as given_name_initials,
        evidence.is_own,
        evidence.first_seen_at,
        evidence.last_seen_at
    from evidence
    inner join identifiers
        on evidence.identifier_type = identifiers.identifier_type
        and evidence.identifier_value = identifiers.identifier_value
    inner join types on evidence.identifier_type = types.identifier_type
    left join variants on evidence.given_name = variants.name
    cross join salts

)

select * from keyed
