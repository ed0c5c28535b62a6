{# The text when it matches a regular expression, else null. The expression is written once, so it may be long.
   Arguments: expr (text), pattern (a Jinja string as in matches_regex, with ^ and $, with no capturing brackets: use (?:...);
              it must not match an empty text)
   Example:   {{ keep_match('code', '^[A-Z]{2}$') }} as country_code #}
{% macro keep_match(expr, pattern) -%}
    {{ adapter.dispatch('keep_match', 'tekil')(expr, pattern) }}
{%- endmacro %}

{% macro default__keep_match(expr, pattern) -%}
    substring({{ expr }} from '{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{% macro postgres__keep_match(expr, pattern) -%}
    {{ tekil.default__keep_match(expr, pattern) }}
{%- endmacro %}

{% macro duckdb__keep_match(expr, pattern) -%}
    {#- the first of no matches is null; see empty_to_null for why this is not nullif #}
    regexp_extract_all({{ expr }}, '{{ pattern | replace("'", "''") }}')[1]
{%- endmacro %}
