{# Let the planner know a table made a moment ago; nothing on engines that know it already.
   PostgreSQL takes a temporary table it has not analysed for one with few different values, and then plans huge joins for it.
   Arguments: table (name of a table)
   Example:   {% do gather_statistics('pairs_found') %} #}
{% macro gather_statistics(table) -%}
    {% do adapter.dispatch('gather_statistics', 'tekil')(table) %}
{%- endmacro %}

{% macro default__gather_statistics(table) -%}
{%- endmacro %}

{% macro postgres__gather_statistics(table) -%}
    {% do run_query('analyze ' ~ table) %}
{%- endmacro %}
