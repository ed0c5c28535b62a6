{# The records of one landed table that are of touched customers, as a subquery.
   Arguments: source_name, table_name (of the landed table)
   Example:   where guid in {{ tekil.records_of_customers('sprout_social', 'messages') }} #}
{% macro records_of_customers(source_name, table_name) %}
    {% set told %}(
        select mapped.record_id
        from {{ ref('record_map') }} as mapped
        inner join {{ ref('int_profiles__customers_touched') }} as listed on mapped.customer_id = listed.customer_id
        where
            mapped.source = '{{ source_name }}'
            and mapped.table_name = '{{ table_name }}'
    ){% endset %}
    {{ return(told) }}
{% endmacro %}
