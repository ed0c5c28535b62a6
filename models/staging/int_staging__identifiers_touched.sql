{# Which identifiers changed evidence names, or named. Empty where everything is made anew. Holds plain values: staging only. #}
{{ config(materialized='table') }}
with

changes as (

    select * from {{ changes_of('int_staging__evidence_unioned') }}

),

touched as (

    select distinct
        identifier_type,
        identifier_value
    from changes

)

select * from touched
