{# All columns of a table but one, for engines that can say so; nothing on others.
   Arguments: alias (of a table of the statement), column (its name)
   Returns:   a list of columns as text, or none
   Example:   select {{ all_but('former', 'address') }} from former #}
{% macro all_but(alias, column) -%}
    {{ return(adapter.dispatch('all_but', 'tekil')(alias, column)) }}
{%- endmacro %}

{% macro default__all_but(alias, column) -%}
    {{ return(none) }}
{%- endmacro %}

{% macro duckdb__all_but(alias, column) -%}
    {{ return(alias ~ '.* exclude (' ~ column ~ ')') }}
{%- endmacro %}
