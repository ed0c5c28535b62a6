{# The recipients, as a landed table writes them, that are touched customers, as a subquery of plain values.
   Arguments: source_name, table_name (of the landed table, whose evidence has the recipient as its origin)
   Example:   where recipient in {{ tekil.recipients_of_customers('messaging', 'sends') }} #}
{% macro recipients_of_customers(source_name, table_name) %}
    {% set told %}(
        select evidence.origin
        from {{ ref('int_staging__evidence_unioned') }} as evidence
        inner join {{ ref('int_staging__identifiers_keyed') }} as keyed
            on evidence.identifier_type = keyed.identifier_type
            and evidence.identifier_value = keyed.identifier_value
        inner join {{ ref('identity_map') }} as mapped on keyed.identifier_key = mapped.identifier_key
        inner join {{ ref('int_profiles__customers_touched') }} as listed on mapped.customer_id = listed.customer_id
        where
            evidence.source = '{{ source_name }}'
            and evidence.table_name = '{{ table_name }}'
    ){% endset %}
    {{ return(told) }}
{% endmacro %}
