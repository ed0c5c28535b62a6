{# Work the links of <prefix>_links off, strongest first, into the clusters of a temporary table.
   Arguments: found (the table of clusters: node_id, component_id), prefix (of the working tables), title (for the log),
              only_absolute (whether of the vetoes only the absolute ones count)
   Errors:    not at an end within var max_veto_rounds raises.
   Example:   {% do tekil.cluster_by_strength('p1_clusters', 'p1', 'accounts', false) %} #}
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
