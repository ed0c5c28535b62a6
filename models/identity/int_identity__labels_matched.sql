{# Labelled records beside the customer we made of them at each level; a record that nothing identified is a customer of its own.
   A view: labels are many, one table sums them up, and none of them outlives the next change of a customer. #}
{{ config(materialized='view') }}
{% set columns = ['customer_id', 'strict_customer_id', 'wide_customer_id'] -%}
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
        {%- for column in columns %}
        coalesce(record_map.{{ column }}, 'alone:' || labels.labelled_source || '/' || labels.labelled_table || '/' || labels.record_id) as {{ column }},
        {%- endfor %}
        labels.person_id
    from labels
    left join record_map
        on labels.labelled_source = record_map.source
        and labels.labelled_table = record_map.table_name
        and labels.record_id = record_map.record_id

)

select * from matched
