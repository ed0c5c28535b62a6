{# A text, or null when it is empty. The expression is written once, so it may be long.
   DuckDB spells nullif(a, b) out as a case that holds a twice; nested, the work doubles at every level (seen: a country
   took sixteen times as long). Taking the first of no matches is null there and computes a once.
   Arguments: expr (text)
   Example:   {{ empty_to_null("replace(city, '-', '')") }} as city #}
{% macro empty_to_null(expr) -%}
    {{ adapter.dispatch('empty_to_null', 'tekil')(expr) }}
{%- endmacro %}

{% macro default__empty_to_null(expr) -%}
    nullif({{ expr }}, '')
{%- endmacro %}

{% macro postgres__empty_to_null(expr) -%}
    {{ tekil.default__empty_to_null(expr) }}
{%- endmacro %}

{% macro duckdb__empty_to_null(expr) -%}
    regexp_extract_all({{ expr }}, '^.+$', 0, 's')[1]
{%- endmacro %}
