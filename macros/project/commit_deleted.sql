{# Ends the transaction of a renewal that deleted rows of a table.
   DuckDB keeps some 9 bytes in memory for each row of a table from which rows are deleted here and there, which it cannot put on disk, until it has written
   the table (a checkpoint); and its log says nothing of that, so a batch that renews tables of 50 million rows would hold gigabytes to its end. So what was
   deleted is written as soon as it may hold an eighth of the memory that the engine is given. It is no other writing than that at the end of the run, and
   where another model writes meanwhile DuckDB leaves it for a later commit.
   Arguments: relation (the table)
   Example:   {% do commit_deleted(this) %} #}
{% macro commit_deleted(relation) -%}
    {% do adapter.dispatch('commit_deleted', 'tekil')(relation) %}
{%- endmacro %}

{% macro default__commit_deleted(relation) -%}
    {% do adapter.commit() %}
{%- endmacro %}

{% macro duckdb__commit_deleted(relation) -%}
    {% set measured %}
        select
            cast(estimated_size * 9 as bigint) as bytes_held,
            cast(parse_formatted_bytes(current_setting('memory_limit')) / 8 as bigint) as bytes_allowed
        from duckdb_tables()
        where
            database_name = '{{ relation.database }}'
            and schema_name = '{{ relation.schema }}'
            and table_name = '{{ relation.identifier }}'
    {% endset %}
    {% set table = run_query(measured).rows[0] %}
    {% set held = graph.setdefault('tekil_deleted', {'bytes': 0}) %}
    {% do held.update(bytes=held.bytes + table[0] | int) %}
    {% set is_due = held.bytes > table[1] | int %}
    {% if is_due %}
        {% do held.update(bytes=0) %}
        {% do run_query("set global checkpoint_threshold = '1kB'") %}
    {% endif %}
    {% do adapter.commit() %}
    {% if is_due %}
        {% do run_query("set global checkpoint_threshold = '" ~ target.settings.checkpoint_threshold ~ "'") %}
    {% endif %}
{%- endmacro %}
