{# Materialization: of each component the tree of shortest paths from its root, as a table with one row per node that was reached.
   Breadth first from all roots at once; among the neighbours that lead back equally fast the lowest node is taken.
   A link of the tree is a bridge when no other link leaves the part of the tree below it. Every link outside the tree adds a number
   of its own at one end and takes it away at the other; the sum over that part is nought only where none leaves.
   The model's query gives kind 'root' (left_node_id) and kind 'link' (left_node_id, right_node_id, code: an integer of the link's own).
   In a renewal (is_renewed) the query gives whole components, those of the nodes that config touched lists; the rows of all others stay.
   Config:   touched (name of the model that lists touched nodes)
   Rounds:   as many as the longest path, var max_path_links at most; what is farther has no row, and the log says so.
   Columns:  node_id, parent_node_id (null for a root), depth (links to the root), is_bridge (of the link to the parent; null for a root, and in
             a component that was not reached to its end) #}
{% materialization rooted_paths, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set building_relation = make_intermediate_relation(target_relation) -%}
    {%- set prefix = 'tekil_' ~ local_md5(this.identifier ~ invocation_id)[:8] -%}
    {%- set walk = namespace(open=true, depth=0) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% do note_unplanned_run() %}
    {% do run_query('create temporary table ' ~ prefix ~ '_told as ' ~ sql) %}
    {% do run_query(
        'create temporary table ' ~ prefix ~ "_links as select left_node_id as u, right_node_id as v, code from " ~ prefix ~ "_told where kind = 'link'"
        ~ ' union all select right_node_id as u, left_node_id as v, -code as code from ' ~ prefix ~ "_told where kind = 'link'"
    ) %}
    {% do run_query('create temporary table ' ~ prefix ~ '_paths as select left_node_id as node_id, cast(null as bigint) as parent_node_id, 0 as depth from ' ~ prefix ~ "_told where kind = 'root'") %}
    {% for round in range(var('max_path_links') | int) %}
        {% if walk.open %}
            {% do run_query(
                'create temporary table ' ~ prefix ~ '_reached as select links.v as node_id, min(links.u) as parent_node_id from ' ~ prefix ~ '_paths as ends inner join ' ~ prefix ~ '_links as links on ends.node_id = links.u'
                ~ ' left join ' ~ prefix ~ '_paths as known on links.v = known.node_id where ends.depth = ' ~ round ~ ' and known.node_id is null group by links.v'
            ) %}
            {% set reached = run_query('select count(*) from ' ~ prefix ~ '_reached').rows[0][0] | int %}
            {% if reached == 0 %}
                {% set walk.open = false %}
            {% else %}
                {% set walk.depth = round + 1 %}
                {% do run_query('insert into ' ~ prefix ~ '_paths select node_id, parent_node_id, ' ~ (round + 1) ~ ' as depth from ' ~ prefix ~ '_reached') %}
            {% endif %}
            {% do run_query('drop table ' ~ prefix ~ '_reached') %}
        {% endif %}
    {% endfor %}
    {% if walk.open %}
        {% do log('paths of ' ~ this.identifier ~ ': some are longer than ' ~ var('max_path_links') ~ ' links and were not followed to their end (var max_path_links)', info=true) %}
    {% endif %}

    {# what leaves the part of the tree below a node: summed over twice the depth with every round #}
    {% do run_query(
        'create temporary table ' ~ prefix ~ '_sums as select paths.node_id, paths.parent_node_id as ancestor_id, coalesce(sum(case when links.v = paths.parent_node_id or backs.parent_node_id = paths.node_id then 0 else links.code end), 0) as total,'
        ~ ' max(case when links.v is not null and backs.node_id is null then 1 else 0 end) as is_unfinished'
        ~ ' from ' ~ prefix ~ '_paths as paths left join ' ~ prefix ~ '_links as links on paths.node_id = links.u left join ' ~ prefix ~ '_paths as backs on links.v = backs.node_id group by paths.node_id, paths.parent_node_id'
    ) %}
    {% set jumps = namespace(reach=1) %}
    {% for round in range(64) %}
        {% if jumps.reach <= walk.depth %}
            {% do run_query(
                'create temporary table ' ~ prefix ~ '_sums_next as select sums.node_id, above.ancestor_id, sums.total + coalesce(below.total, 0) as total, greatest(sums.is_unfinished, coalesce(below.is_unfinished, 0)) as is_unfinished from ' ~ prefix ~ '_sums as sums'
                ~ ' left join ' ~ prefix ~ '_sums as above on sums.ancestor_id = above.node_id'
                ~ ' left join (select ancestor_id, sum(total) as total, max(is_unfinished) as is_unfinished from ' ~ prefix ~ '_sums where ancestor_id is not null group by ancestor_id) as below on sums.node_id = below.ancestor_id'
            ) %}
            {% do run_query('drop table ' ~ prefix ~ '_sums') %}
            {% do run_query('alter table ' ~ prefix ~ '_sums_next rename to ' ~ prefix ~ '_sums') %}
            {% set jumps.reach = jumps.reach * 2 %}
        {% endif %}
    {% endfor %}

    {% set found %}
        select
            cast(paths.node_id as bigint) as node_id,
            cast(paths.parent_node_id as bigint) as parent_node_id,
            cast(paths.depth as bigint) as depth,
            case when paths.parent_node_id is not null and sums.is_unfinished = 0 then sums.total = 0 end as is_bridge
        from {{ prefix }}_paths as paths
        inner join {{ prefix }}_sums as sums on paths.node_id = sums.node_id
    {% endset %}
    {% if is_renewed() %}
        {% call statement('delete_former') -%}
            delete from {{ existing_relation }} where node_id in (select node_id from {{ ref(config.get('touched')) }})
        {%- endcall %}
        {% call statement('main') -%}
            insert into {{ existing_relation }} (node_id, parent_node_id, depth, is_bridge) {{ found }}
        {%- endcall %}
    {% else %}
        {% do adapter.drop_relation(building_relation) if load_cached_relation(building_relation) is not none %}
        {% call statement('main') -%}
            create table {{ building_relation }} as {{ found }}
        {%- endcall %}
    {% endif %}
    {% for name in ['told', 'links', 'paths', 'sums'] %}
        {% do run_query('drop table ' ~ prefix ~ '_' ~ name) %}
    {% endfor %}

    {% if not is_renewed() %}
        {% if existing_relation is not none %}
            {% do adapter.drop_relation(existing_relation) %}
        {% endif %}
        {% do adapter.rename_relation(building_relation, target_relation) %}
        {% do persist_docs(target_relation, model) %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
