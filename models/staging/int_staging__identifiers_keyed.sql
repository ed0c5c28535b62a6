{# Each identifier once, with the keyed hash that stands for it everywhere outside the restricted schemas (M1). #}
{{ config(
    materialized='renewed',
    touched='int_staging__identifiers_touched',
    touched_keys=['identifier_type', 'identifier_value'],
) }}

with

evidence as (

    select * from {{ touched('int_staging__evidence_unioned', by='int_staging__identifiers_touched', keys=['identifier_type', 'identifier_value']) }}

),

salts as (

    select * from {{ source('raw', 'identifier_salt') }}

),

identifiers as (

    select
        identifier_type,
        identifier_value,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from evidence
    group by
        identifier_type,
        identifier_value

),

keyed as (

    select
        {{ keyed_hash('identifiers.identifier_type', 'identifiers.identifier_value', 'salts.salt') }} as identifier_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.first_seen_at,
        identifiers.last_seen_at
    from identifiers
    cross join salts

)

select * from keyed
