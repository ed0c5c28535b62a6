{# dbt's own source(), with one thing more: when TEKIL_KNOWN_AT (or var known_at) names a moment, a landed table holds only the rows that
   had been loaded by then, so that a past day can be told without what was learned later (P11, G22). One place for all sources.
   Arguments: source_name, table_name (text)
   Errors:    a moment that is not ISO 8601 stops the build with a sentence.
   Example:   select * from {{ source('raw', 'shop__orders') }} #}
{% macro source(source_name, table_name) -%}
    {%- set relation = builtins.source(source_name, table_name) -%}
    {%- set condition = tekil.was_known('_loaded_at') -%}
    {%- if condition == 'true' or source_name != 'raw' or '__' not in table_name -%}
        {{ return(relation) }}
    {%- endif -%}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ condition ~ ') as ' ~ table_name) }}
{%- endmacro %}
