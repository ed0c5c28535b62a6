{# Materialization: a table with one row per node that has a link, and the lowest node of its component.
   The model's query gives the links as left_node_id and right_node_id (integers); find_components finds the components.

   With config(change_feed=true) the query also gives is_changed (the link is new, or was withdrawn, since this table was last built) and is_standing
   (false for a withdrawn link). A first build, a full refresh and a feed in which every link
   is changed then read all standing links; every other run computes only
   the components that a changed link touches, and leaves every other row as it stands (renew_components). The answer is that of a full run,
   provided that the feed forgets no change: is_changed counts from the last build of this table that ended well, not from the last build.
   The query is read twice in such a run, so let it read a table.

   Whatever is found is found before the transaction that publishes it, and that is one: a run that fails or is killed leaves the table as it was.
   Config:   change_feed (boolean, default false)
   Errors:   no fixed point within var max_component_rounds stops the build, and nothing is published.
   Columns:  node_id, component_id (the lowest node_id of the component) #}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set building_relation = make_intermediate_relation(target_relation) -%}
    {%- set prefix = 'tekil_' ~ local_md5(this.identifier ~ invocation_id)[:8] -%}
    {%- set has_feed = config.get('change_feed', false) -%}
    {%- set is_renewed = has_feed and existing_relation is not none and existing_relation.is_table and not should_full_refresh() -%}
    {# a feed in which nothing stands unchanged does not know what was before, so neither may we #}
    {%- if is_renewed -%}
        {%- set is_renewed = run_query('select count(*) from (' ~ sql ~ ') as feed where not is_changed').rows[0][0] | int > 0 -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% if is_renewed %}
        {% do renew_components(sql, existing_relation, prefix ~ '_stale', prefix ~ '_fresh', prefix, this.identifier) %}
        {% call statement('delete_stale') -%}
            delete from {{ existing_relation }} where node_id in (select node_id from {{ prefix }}_stale)
        {%- endcall %}
        {% call statement('main') -%}
            insert into {{ existing_relation }} (node_id, component_id)
            select node_id, component_id from {{ prefix }}_fresh
        {%- endcall %}
    {% else %}
        {% set standing %}
            select left_node_id, right_node_id
            from (
                {{ sql }}
            ) as feed
            where is_standing
        {% endset %}
        {% do find_components(standing if has_feed else sql, prefix ~ '_fresh', prefix, this.identifier) %}
        {% do adapter.drop_relation(building_relation) if load_cached_relation(building_relation) is not none %}
        {% call statement('main') -%}
            create table {{ building_relation }} as
            select node_id, component_id from {{ prefix }}_fresh
        {%- endcall %}
        {% if existing_relation is not none %}
            {% do adapter.drop_relation(existing_relation) %}
        {% endif %}
        {% do adapter.rename_relation(building_relation, target_relation) %}
    {% endif %}

    {% for table in ['_stale', '_fresh'] %}
        {% do run_query('drop table if exists ' ~ prefix ~ table) %}
    {% endfor %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
