{# Whether a text contains a match of a regular expression; put ^ and $ in the pattern to bind its ends.
   Arguments: expr (text), pattern (a Jinja string, without SQL quotes; only syntax that RE2 and PostgreSQL share:
              no look-around, no back-references, no lazy quantifiers, no \d \s \w, few counted repetitions)
   Example:   {{ matches_regex('email', '^[^@]+@example[.]com$') }} as is_example #}
{% macro matches_regex(expr, pattern) -%}
    {{ adapter.dispatch('matches_regex', 'tekil')(expr, pattern) }}
{%- endmacro %}

{% macro default__matches_regex(expr, pattern) -%}
    ({{ expr }} ~ '{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{% macro postgres__matches_regex(expr, pattern) -%}
    {{ tekil.default__matches_regex(expr, pattern) }}
{%- endmacro %}

{% macro duckdb__matches_regex(expr, pattern) -%}
    {#- s: the dot matches a line end too, as it does in PostgreSQL -#}
    regexp_matches({{ expr }}, '{{ pattern | replace("'", "''") }}', 's')
{%- endmacro %}
