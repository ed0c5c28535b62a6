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
