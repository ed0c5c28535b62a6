{# Which evidence this run changed, by its name in staging and by the keyed one it bears after. Empty where everything is made anew. #}
{{ config(materialized='table') }}
with

changes as (

    select * from {{ changes_of('int_staging__evidence_unioned') }}

),

salts as (

    select * from {{ source('raw', 'identifier_salt') }}

),

touched as (

    select distinct
        changes.source,
        changes.table_name,
        changes.evidence_id as local_evidence_id,
        {{ evidence_name('changes', 'salts.salt') }} as evidence_id
    from changes
    cross join salts

)

select * from touched
