{# A number of seeds/rules/context_rules.csv, as a scalar subquery.
   Arguments: name (text)
   Example:   where sent_count >= {{ context_rule('preferred_min_responses') }} #}
{% macro context_rule(name) -%}
    (select value from {{ ref('context_rules') }} where rule = '{{ name }}')
{%- endmacro %}
