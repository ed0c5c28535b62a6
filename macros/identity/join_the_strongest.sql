{# One round of it: join at once the strongest links of each site, up to its step, wherever that breaks no veto; a site where
   something was joined steps further next time, one where nothing was less far (a step of one link always joins).
   Arguments: found, prefix, title (as for cluster_by_strength), veto (condition on the alias vetoes), only_absolute
   Example:   {% do tekil.join_the_strongest('p1_clusters', 'p1', 'accounts', 'true', false) %} #}
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
    {% do run_query('create temporary table ' ~ found ~ '_next as select clusters.node_id, coalesce(moves.component_id, clusters.component_id) as component_id from ' ~ found ~ ' as clusters left join ' ~ prefix ~ '_moves as moves on clusters.component_id = moves.node_id; drop table ' ~ found ~ '; alter table ' ~ found ~ '_next rename to ' ~ found) %}
    {% do run_query('drop table ' ~ prefix ~ '_tried; drop table ' ~ prefix ~ '_groups; drop table ' ~ prefix ~ '_broken; drop table ' ~ prefix ~ '_moves') %}
{% endmacro %}
