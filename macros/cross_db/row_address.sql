{# Where a row of a table stands, to find it again within the same transaction without its keys; never kept.
   Arguments: alias (of a table of the statement)
   Returns:   a column of the engine's own type
   Example:   delete from events using listed where {{ row_address('events') }} = listed.address #}
{% macro row_address(alias) -%}
    {{ return(adapter.dispatch('row_address', 'tekil')(alias)) }}
{%- endmacro %}

{% macro default__row_address(alias) -%}
    {{ alias }}.ctid
{%- endmacro %}

{% macro duckdb__row_address(alias) -%}
    {{ alias }}.rowid
{%- endmacro %}
