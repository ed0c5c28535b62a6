{# The evidence that names a touched identifier, with all that it names: what screening has to count again. Empty where everything is made anew. #}
with

naming as (

    select distinct evidence_id
    from {{ touched('int_identity__evidence_keyed', by='int_identity__identifiers_touched', keys=['identifier_key']) }}
    {{ 'where false' if not is_renewed() }}

),

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

reread as (

    select distinct
        evidence.evidence_id,
        evidence.identifier_key
    from evidence
    inner join naming on evidence.evidence_id = naming.evidence_id

)

select * from reread
