{# Which source records a renewal maps again: those whose exact customer changed, and all of customers whose levels changed.
   Empty where everything is made anew. #}
with

mapping_changes as (

    select * from {{ changes_of('int_identity__records_mapped') }}

),

level_changes as (

    select * from {{ changes_of('identity_levels') }}

),

mapped as (

    select * from {{ ref('int_identity__records_mapped') }}

),

touched as (

    select
        source,
        table_name,
        record_id
    from mapping_changes

    union

    select
        mapped.source,
        mapped.table_name,
        mapped.record_id
    from mapped
    inner join level_changes on mapped.customer_id = level_changes.customer_id

)

select * from touched
