{# Labelled records beside the customer we made of them at each level; a record that nothing identified is a customer of its own. #}
with

labels as (

    select * from {{ ref('stg_labels__identity_labels') }}

),

record_map as (

    select * from {{ ref('record_map') }}

),

joined as (

    select
        labels.labelled_source,
        labels.labelled_table,
        labels.record_id,
        labels.person_id,
        'alone:' || labels.labelled_source || '/' || labels.labelled_table || '/' || labels.record_id as alone,
        record_map.customer_id,
        record_map.strict_customer_id,
        record_map.wide_customer_id
    from labels
    left join record_map
        on labels.labelled_source = record_map.source
        and labels.labelled_table = record_map.table_name
        and labels.record_id = record_map.record_id

),

matched as (

    {%- for level, column in {'exact': 'customer_id', 'strict': 'strict_customer_id', 'wide': 'wide_customer_id'}.items() %}
    {%- if not loop.first %}

    union all
    {%- endif %}
    select
        '{{ level }}' as level,
        labelled_source,
        labelled_table,
        record_id,
        person_id,
        coalesce({{ column }}, alone) as customer_id
    from joined
    {%- endfor %}

)

select * from matched
