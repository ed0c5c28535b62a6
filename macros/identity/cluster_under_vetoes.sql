{# Cluster contested components under their vetoes into a temporary table; what the query gives: see vetoed_components.
   Arguments: facts (the query), found (name of the temporary table to make: node_id, component_id),
              prefix (of the working tables, which are dropped), title (what to call it in the log)
   Errors:    not at an end within var max_veto_rounds raises.
   Example:   {% do cluster_under_vetoes(sql, 'p1_clusters', 'p1', 'int_identity__components_vetoed') %} #}
{% macro cluster_under_vetoes(facts, found, prefix, title) %}
    {% do run_query('create temporary table ' ~ prefix ~ '_facts as ' ~ facts) %}
    {# the state: which cluster a node is in, and links, vetoes and counts told in clusters #}
    {% do run_query('create temporary table ' ~ found ~ ' as select distinct cast(node_id as bigint) as node_id, cast(node_id as bigint) as component_id from (select left_node_id as node_id from ' ~ prefix ~ "_facts where kind = 'link' union all select right_node_id from " ~ prefix ~ "_facts where kind = 'link') as ends") %}
    {% do run_query('create temporary table ' ~ prefix ~ '_vetoes as select distinct left_node_id as u, right_node_id as v, is_absolute from ' ~ prefix ~ "_facts where kind = 'veto'") %}
    {% do run_query('create temporary table ' ~ prefix ~ '_counts as select left_node_id as cluster, item, cast(sum(amount) as bigint) as amount, min(max_amount) as max_amount from ' ~ prefix ~ "_facts where kind = 'member' group by left_node_id, item") %}
    {% for included in [1, 0] %}
        {% do run_query('create temporary table ' ~ prefix ~ '_links as select site, left_node_id as u, right_node_id as v, link_order from ' ~ prefix ~ "_facts where kind = 'link' and is_included = " ~ included) %}
        {% do tekil.cluster_by_strength(found, prefix, title, included == 1) %}
        {% do run_query('drop table ' ~ prefix ~ '_links') %}
    {% endfor %}
    {% for name in ['facts', 'vetoes', 'counts'] %}
        {% do run_query('drop table ' ~ prefix ~ '_' ~ name) %}
    {% endfor %}
{% endmacro %}


{# Work the links of <prefix>_links off, strongest first; only_absolute: of the vetoes only the absolute ones count. #}
{% macro cluster_by_strength(found, prefix, title, only_absolute) %}
    {%- set state = namespace(open=true, rounds=0) -%}
    {%- set max_rounds = var('max_veto_rounds') | int -%}
    {%- set veto = 'vetoes.is_absolute = 1' if only_absolute else 'true' -%}
    {# links that are not told yet in the clusters which the included links made #}
    {% do tekil.retell(prefix, 'links', 'select links.site, coalesce(lefts.component_id, links.u) as u, coalesce(rights.component_id, links.v) as v, links.link_order from ' ~ prefix ~ '_links as links left join ' ~ found ~ ' as lefts on links.u = lefts.node_id left join ' ~ found ~ ' as rights on links.v = rights.node_id') %}
    {% do run_query('create temporary table ' ~ prefix ~ '_steps as select site, cast(floor((count(*) + 1) / 2.0) as bigint) as step from ' ~ prefix ~ '_links group by site') %}
    {% for round in range(max_rounds) %}
        {% if state.open %}
            {# refuse what may not be joined now, and so never; told as joins, since an engine may turn "exists" into all pairs of an item #}
            {% do run_query(
                'create temporary table ' ~ prefix ~ '_refused as'
                ~ ' select links.u, links.v from ' ~ prefix ~ '_links as links inner join ' ~ prefix ~ '_vetoes as vetoes on vetoes.u = links.u and vetoes.v = links.v where ' ~ veto
                ~ ' union select links.u, links.v from ' ~ prefix ~ '_links as links inner join ' ~ prefix ~ '_vetoes as vetoes on vetoes.u = links.v and vetoes.v = links.u where ' ~ veto
                ~ ('' if only_absolute else ' union select links.u, links.v from ' ~ prefix ~ '_links as links inner join ' ~ prefix ~ '_counts as lefts on lefts.cluster = links.u inner join ' ~ prefix ~ '_counts as rights on rights.cluster = links.v and rights.item = lefts.item where lefts.amount > 0 and rights.amount > 0 and lefts.amount + rights.amount > lefts.max_amount')
            ) %}
            {% do tekil.retell(prefix, 'links', 'select links.* from ' ~ prefix ~ '_links as links left join ' ~ prefix ~ '_refused as refused on links.u = refused.u and links.v = refused.v where links.u <> links.v and refused.u is null') %}
            {% do run_query('drop table ' ~ prefix ~ '_refused') %}
            {% set open_links = run_query('select count(*) from ' ~ prefix ~ '_links').rows[0][0] | int %}
            {% if open_links == 0 %}
                {% set state.open = false %}
            {% else %}
                {% set state.rounds = round + 1 %}
                {% do log('clusters of ' ~ title ~ ': round ' ~ (round + 1) ~ ', ' ~ open_links ~ ' links left') %}
                {% do tekil.join_the_strongest(found, prefix, title, veto, only_absolute) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% if state.open and run_query('select count(*) from ' ~ prefix ~ '_links').rows[0][0] | int > 0 %}
        {{ exceptions.raise_compiler_error('The contested components of ' ~ title ~ ' were not settled in ' ~ max_rounds ~ ' rounds: raise var max_veto_rounds; nothing was published.') }}
    {% endif %}
    {% do run_query('drop table ' ~ prefix ~ '_steps') %}
{% endmacro %}


{# One round: join at once the strongest links of each site, up to its step, wherever that breaks no veto; a site where
   something was joined steps further next time, one where nothing was less far (a step of one link always joins). #}
{% macro join_the_strongest(found, prefix, title, veto, only_absolute) %}
    {% do run_query('create temporary table ' ~ prefix ~ '_tried as select ranked.site, ranked.u as left_node_id, ranked.v as right_node_id from (select links.*, row_number() over (partition by links.site order by links.link_order) as place from ' ~ prefix ~ '_links as links) as ranked inner join ' ~ prefix ~ '_steps as steps on ranked.site = steps.site where ranked.place <= steps.step') %}
    {% do find_components('select left_node_id, right_node_id from ' ~ prefix ~ '_tried', prefix ~ '_groups', prefix ~ '_g', title) %}
    {% do run_query(
        'create temporary table ' ~ prefix ~ '_broken as'
        ~ ' select lefts.component_id from ' ~ prefix ~ '_vetoes as vetoes inner join ' ~ prefix ~ '_groups as lefts on vetoes.u = lefts.node_id inner join ' ~ prefix ~ '_groups as rights on vetoes.v = rights.node_id'
        ~ ' where ' ~ veto ~ ' and lefts.component_id = rights.component_id and vetoes.u <> vetoes.v'
        ~ ('' if only_absolute else ' union select members.component_id from ' ~ prefix ~ '_groups as members inner join ' ~ prefix ~ '_counts as counts on members.node_id = counts.cluster where counts.amount > 0 group by members.component_id, counts.item having sum(counts.amount) > min(counts.max_amount) and count(*) > 1')
    ) %}
    {% do run_query('create temporary table ' ~ prefix ~ '_moves as select groups.node_id, groups.component_id from ' ~ prefix ~ '_groups as groups left join (select distinct component_id from ' ~ prefix ~ '_broken) as broken on groups.component_id = broken.component_id where broken.component_id is null') %}
    {% do tekil.retell(prefix, 'steps',
        'select steps.site, case when moved.site is not null then least(steps.step * 2, 1000000000) when steps.step > 1 then cast(floor(steps.step / 2.0) as bigint) else 1 end as step from ' ~ prefix ~ '_steps as steps'
        ~ ' left join (select distinct tried.site from ' ~ prefix ~ '_tried as tried inner join ' ~ prefix ~ '_moves as moves on tried.left_node_id = moves.node_id) as moved on steps.site = moved.site'
    ) %}
    {% do tekil.retell(prefix, 'links', 'select links.site, coalesce(lefts.component_id, links.u) as u, coalesce(rights.component_id, links.v) as v, links.link_order from ' ~ prefix ~ '_links as links left join ' ~ prefix ~ '_moves as lefts on links.u = lefts.node_id left join ' ~ prefix ~ '_moves as rights on links.v = rights.node_id') %}
    {% do tekil.retell(prefix, 'vetoes', 'select distinct coalesce(lefts.component_id, vetoes.u) as u, coalesce(rights.component_id, vetoes.v) as v, vetoes.is_absolute from ' ~ prefix ~ '_vetoes as vetoes left join ' ~ prefix ~ '_moves as lefts on vetoes.u = lefts.node_id left join ' ~ prefix ~ '_moves as rights on vetoes.v = rights.node_id') %}
    {% do tekil.retell(prefix, 'counts', 'select coalesce(moves.component_id, counts.cluster) as cluster, counts.item, cast(sum(counts.amount) as bigint) as amount, min(counts.max_amount) as max_amount from ' ~ prefix ~ '_counts as counts left join ' ~ prefix ~ '_moves as moves on counts.cluster = moves.node_id group by coalesce(moves.component_id, counts.cluster), counts.item') %}
    {% do run_query('create temporary table ' ~ found ~ '_next as select clusters.node_id, coalesce(moves.component_id, clusters.component_id) as component_id from ' ~ found ~ ' as clusters left join ' ~ prefix ~ '_moves as moves on clusters.component_id = moves.node_id') %}
    {% do run_query('drop table ' ~ found) %}
    {% do run_query('alter table ' ~ found ~ '_next rename to ' ~ found) %}
    {% for name in ['tried', 'groups', 'broken', 'moves'] %}
        {% do run_query('drop table ' ~ prefix ~ '_' ~ name) %}
    {% endfor %}
{% endmacro %}


{# Put the answer of a query in the place of a working table that the query reads. #}
{% macro retell(prefix, name, query) %}
    {% do run_query('create temporary table ' ~ prefix ~ '_' ~ name ~ '_next as ' ~ query) %}
    {% do run_query('drop table ' ~ prefix ~ '_' ~ name) %}
    {% do run_query('alter table ' ~ prefix ~ '_' ~ name ~ '_next rename to ' ~ prefix ~ '_' ~ name) %}
{% endmacro %}
