{# Labelled records beside the customer we made of them; a record that nothing identified is a customer of its own. #}
with

labels as (

    select * from {{ ref('stg_labels__identity_labels') }}

),

record_map as (

    select * from {{ ref('record_map') }}

),

matched as (

    select
        labels.labelled_source,
        labels.labelled_table,
        labels.record_id,
        labels.person_id,
        coalesce(record_map.customer_id, 'alone:' || labels.labelled_source || '/' || labels.labelled_table || '/' || labels.record_id) as customer_id
    from labels
    left join record_map
        on labels.labelled_source = record_map.source
        and labels.labelled_table = record_map.table_name
        and labels.record_id = record_map.record_id

)

select * from matched
