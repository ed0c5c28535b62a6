{# Which source records a renewal maps again: those of changed evidence, and those of evidence that names an identifier whose customer changed.
   Empty where everything is made anew. #}
with

evidence_changes as (

    select * from {{ changes_of('int_identity__evidence_keyed') }}

),

mapping_changes as (

    select * from {{ changes_of('int_identity__identifiers_mapped') }}

),

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

{# that an identifier was seen once more moves no record #}
moved as (

    select identifier_key
    from mapping_changes
    group by identifier_key
    having
        count(*) = 1
        or min({{ binary_order('customer_id') }}) <> max({{ binary_order('customer_id') }})
        or min(case when is_shared then 1 else 0 end) <> max(case when is_shared then 1 else 0 end)

),

touched as (

    select
        source,
        table_name,
        record_id
    from evidence_changes
    where record_id is not null

    union

    select
        evidence.source,
        evidence.table_name,
        evidence.record_id
    from evidence
    inner join moved on evidence.identifier_key = moved.identifier_key
    where evidence.record_id is not null

)

select * from touched
