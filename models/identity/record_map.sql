{# Which customer a source record belongs to, at each level of confidence (I10). #}
{{ config(
    materialized='renewed',
    touched='int_identity__record_mappings_touched',
    touched_keys=['source', 'table_name', 'record_id'],
) }}
with

mapped as (

    select * from {{ touched('int_identity__records_mapped', by='int_identity__record_mappings_touched', keys=['source', 'table_name', 'record_id']) }}

),

levels as (

    select * from {{ ref('identity_levels') }}

),

joined as (

    select
        ---------- ids
        mapped.source,
        mapped.table_name,
        mapped.record_id,
        mapped.customer_id,
        levels.strict_customer_id,
        levels.wide_customer_id
    from mapped
    inner join levels on mapped.customer_id = levels.customer_id

)

select * from joined
