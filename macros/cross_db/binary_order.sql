{# A text that compares and sorts by code point, whatever the collation of the database.
   Arguments: expr (text)
   Example:   order by {{ binary_order('name') }} #}
{% macro binary_order(expr) -%}
    {{ adapter.dispatch('binary_order', 'tekil')(expr) }}
{%- endmacro %}

{% macro default__binary_order(expr) -%}
    {{ expr }}
{%- endmacro %}

{% macro duckdb__binary_order(expr) -%}
    {{ tekil.default__binary_order(expr) }}
{%- endmacro %}

{% macro postgres__binary_order(expr) -%}
    (({{ expr }}) collate "C")
{%- endmacro %}
