{# Materialization: a table on DuckDB, replaced in one transaction. dbt's own makes one beside it, renames twice and drops, and asks for indexes, of which
   there are none here.
   Config:   that of dbt's tables
   Columns:  those of the query #}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if existing_relation is not none and not existing_relation.is_table %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% set contract = config.get('contract') %}
    {% if contract and contract.enforced and existing_relation is not none and target_relation | string in sql %}
        {{ exceptions.raise_compiler_error(this.identifier ~ ' has a contract and reads itself: it would be emptied before it is read. Let an int_ model without a contract keep what it reads.') }}
    {% endif %}
    {% if contract and contract.enforced %}
        {{ get_assert_columns_equivalent(sql) }}
        {% call statement('main') -%}
            create or replace table {{ target_relation }} {{ get_table_columns_and_constraints() }};
            insert into {{ target_relation }} {{ get_column_names() }} (
                {{ get_select_subquery(sql) }}
            )
        {%- endcall %}
    {% else %}
        {% call statement('main') -%}
            create or replace table {{ target_relation }} as (
                {{ sql }}
            )
        {%- endcall %}
    {% endif %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
