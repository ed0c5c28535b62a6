{# Which identifiers a renewal maps again: those whose exact customer changed, and all of customers whose levels changed.
   Empty where everything is made anew. #}
with

mapping_changes as (

    select * from {{ changes_of('int_identity__identifiers_mapped') }}

),

level_changes as (

    select * from {{ changes_of('identity_levels') }}

),

mapped as (

    select * from {{ ref('int_identity__identifiers_mapped') }}

),

touched as (

    select identifier_key from mapping_changes

    union

    select mapped.identifier_key
    from mapped
    inner join level_changes on mapped.customer_id = level_changes.customer_id

)

select * from touched
