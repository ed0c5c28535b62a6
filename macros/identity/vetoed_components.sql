{# Materialization: the partition of contested components in which no veto is broken, as a table with one row per node.
   The strongest links come first (Kruskal's order); a link whose two clusters may not be one is refused. Not link by link, but in
   parallel, with the same result: the links up to some strength are joined at once wherever that breaks no veto, and
   only where it does, fewer are tried. Clusters only grow, so a veto that stands between two of them stands for ever.
   The model's query tells everything about the contested components in one form; columns that do not apply are null:
     kind 'link':   site (any name of the component), left_node_id, right_node_id, link_order (integer, total: the strongest is lowest),
                    is_included (1: written by hand, stopped by absolute vetoes only; such links come before all others)
     kind 'veto':   left_node_id, right_node_id (never in one cluster), is_absolute (1: not even by an included link)
     kind 'member': left_node_id (a node), item (what it counts as), amount, max_amount (the most of it that one cluster may hold)
   Errors:   not at an end within var max_veto_rounds stops the build, and nothing is published.
   Columns:  node_id, component_id (the lowest node_id of the cluster) #}
{% materialization vetoed_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set building_relation = make_intermediate_relation(target_relation) -%}
    {%- set prefix = 'tekil_' ~ local_md5(this.identifier ~ invocation_id)[:8] -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do cluster_under_vetoes(sql, prefix ~ '_clusters', prefix, this.identifier) %}
    {% do adapter.drop_relation(building_relation) if load_cached_relation(building_relation) is not none %}
    {% call statement('main') -%}
        create table {{ building_relation }} as
        select node_id, component_id from {{ prefix }}_clusters
    {%- endcall %}
    {% do run_query('drop table ' ~ prefix ~ '_clusters') %}

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
