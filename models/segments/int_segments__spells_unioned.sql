{# The spells of every segment that have begun (var as_of). #}
{{ config(materialized='view') }}
with

spells as (

    select * from {{ ref('int_segments__spells_merged') }}

),

begun as (

    select * from spells
    where entered_at <= {{ as_of() }}

)

select * from begun
