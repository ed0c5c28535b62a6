{# Materialization: a table with one row per node that has a link, and the lowest node of its component.
   The model's query gives the links as left_node_id and right_node_id (integers); find_components finds the components.
   Errors:   no fixed point within var max_component_rounds stops the build, and nothing is published.
   Columns:  node_id, component_id (the lowest node_id of the component) #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set building_relation = make_intermediate_relation(target_relation) -%}
    {%- set prefix = 'tekil_' ~ local_md5(this.identifier ~ invocation_id)[:8] -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do find_components(sql, prefix ~ '_found', prefix, this.identifier) %}
    {% do adapter.drop_relation(building_relation) if load_cached_relation(building_relation) is not none %}
    {% call statement('main') -%}
        create table {{ building_relation }} as
        select node_id, component_id from {{ prefix }}_found
    {%- endcall %}
    {% do run_query('drop table ' ~ prefix ~ '_found') %}

    {% if existing_relation is not none %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% do adapter.rename_relation(building_relation, target_relation) %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
