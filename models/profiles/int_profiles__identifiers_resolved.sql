{# From a plain identifier to its customer, for the sources whose rows carry only that. Ephemeral: it becomes part of the query
   that reads it, so plain values never stand in this schema (M1). #}
{{ config(materialized='ephemeral') }}

with

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

resolved as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        identity_map.customer_id,
        identity_map.is_known_person
    from identifiers
    inner join identity_map on identifiers.identifier_key = identity_map.identifier_key

)

select * from resolved
