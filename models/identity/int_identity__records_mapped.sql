{# Which customer a source record belongs to by exact links: by the record's own key where it has one, else by its most trusted identifier. #}
{{ config(
    materialized='renewed',
    touched='int_identity__records_touched',
    touched_keys=['source', 'table_name', 'record_id'],
) }}
with

evidence as (

    select * from {{ touched('int_identity__evidence_keyed', by='int_identity__records_touched', keys=['source', 'table_name', 'record_id']) }}
    where record_id is not null

),

identifiers_mapped as (

    select * from {{ ref('int_identity__identifiers_mapped') }}

),

ranked as (

    select
        evidence.source,
        evidence.table_name,
        evidence.record_id,
        identifiers_mapped.customer_id,
        row_number() over (
            partition by
                evidence.source,
                evidence.table_name,
                evidence.record_id
            order by
                case when evidence.is_own then 0 else 1 end,
                case when identifiers_mapped.is_shared then 1 else 0 end,
                evidence.trust_rank,
                {{ binary_order('evidence.identifier_key') }},
                {{ binary_order('evidence.evidence_id') }}
        ) as place
    from evidence
    inner join identifiers_mapped on evidence.identifier_key = identifiers_mapped.identifier_key

),

mapped as (

    select
        source,
        table_name,
        record_id,
        customer_id
    from ranked
    where place = 1

)

select * from mapped
