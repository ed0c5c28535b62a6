{# The identifiers of one type that touched customers have, as a subquery of plain values.
   Arguments: identifier_type (text)
   Example:   where anonymous_id in {{ tekil.identifiers_of_customers('anonymous_id') }} #}
{% macro identifiers_of_customers(identifier_type) %}
    {% set told %}(
        select keyed.identifier_value
        from {{ ref('int_staging__identifiers_keyed') }} as keyed
        inner join {{ ref('identity_map') }} as mapped on keyed.identifier_key = mapped.identifier_key
        inner join {{ ref('int_profiles__customers_touched') }} as listed on mapped.customer_id = listed.customer_id
        where keyed.identifier_type = '{{ identifier_type }}'
    ){% endset %}
    {{ return(told) }}
{% endmacro %}
