{# Find what changed in a table of connected components since the links changed: what to delete and what to insert.
   A new link can only join components, so a component that lost no link is one node of a small graph, under its own number, and its links are not
   read again; a component that lost a link is opened: its nodes and its standing links are looked at anew. Thus the cost follows the change: the
   links are read once for what changed (and once more where a component is opened), the table of components three times. A row
   that is right already is in neither answer: one new leaf of a large component is one row.
   It is right when every link that was added or withdrawn since the table was made is changed; a link that says changed and is not costs time only.
   Arguments: links (a query that gives left_node_id, right_node_id, is_changed: the link is new or was withdrawn since the table was made,
              is_standing: false for a withdrawn link; both true or
              false, never null; a pair that stands in any row stands), components (the table: node_id, component_id),
              stale (name of the temporary table to make of node_id whose row must go), fresh (the same of rows to insert: node_id,
              component_id), prefix (of the working tables, which are dropped), title (what to call it in the log)
   Errors:    those of find_components.
   Example:   {% do renew_components('select * from pairs', this, 'pairs_stale', 'pairs_fresh', 'p1', 'pairs') %} #}
{% macro renew_components(links, components, stale, fresh, prefix, title) %}
    {%- set changed = prefix ~ '_changed' -%}
    {%- set ends = prefix ~ '_ends' -%}
    {%- set opened = prefix ~ '_opened' -%}
    {%- set loose = prefix ~ '_loose' -%}
    {%- set units = prefix ~ '_units' -%}
    {%- set found = prefix ~ '_found' -%}
    {%- set moved = prefix ~ '_moved' -%}
    {% set read_changed %}
        create temporary table {{ changed }} as
        select
            cast(links.left_node_id as bigint) as left_node_id,
            cast(links.right_node_id as bigint) as right_node_id,
            links.is_standing
        from (
            {{ links }}
        ) as links
        where links.is_changed and links.left_node_id <> links.right_node_id
    {% endset %}
    {% do run_query(read_changed) %}
    {% do gather_statistics(changed) %}

    {# the components at the ends of changed links; a withdrawn link opens both its ends' #}
    {% set find_ends %}
        create temporary table {{ ends }} as
        select components.node_id, components.component_id, changed_ends.is_opened
        from {{ components }} as components
        inner join (
            select sides.node_id, max(sides.is_opened) as is_opened
            from (
                select left_node_id as node_id, case when is_standing then 0 else 1 end as is_opened from {{ changed }}
                union all
                select right_node_id as node_id, case when is_standing then 0 else 1 end as is_opened from {{ changed }}
            ) as sides
            group by sides.node_id
        ) as changed_ends on components.node_id = changed_ends.node_id
    {% endset %}
    {% do run_query(find_ends) %}
    {% set open %}
        create temporary table {{ opened }} as
        select distinct component_id from {{ ends }} where is_opened = 1
    {% endset %}
    {% do run_query(open) %}
    {% do gather_statistics(opened) %}
    {% set loosen %}
        create temporary table {{ loose }} as
        select components.node_id, components.component_id
        from {{ components }} as components
        inner join {{ opened }} as opened on components.component_id = opened.component_id
    {% endset %}
    {% do run_query(loosen) %}
    {% do gather_statistics(loose) %}
    {% set stand_for %}
        create temporary table {{ units }} as
        select ends.node_id, ends.component_id as unit_id
        from {{ ends }} as ends
        left join {{ opened }} as opened on ends.component_id = opened.component_id
        where opened.component_id is null
    {% endset %}
    {% do run_query(stand_for) %}
    {% do gather_statistics(units) %}
    {% set counted = run_query('select (select count(*) from ' ~ changed ~ ') as changed_links, (select count(*) from ' ~ opened ~ ') as opened_components, (select count(*) from ' ~ loose ~ ') as loose_nodes').rows[0] %}
    {% do log('components of ' ~ title ~ ': ' ~ counted[0] ~ ' changed links, ' ~ counted[1] ~ ' components opened with ' ~ counted[2] ~ ' nodes') %}

    {% set small_graph %}
        select
            coalesce(left_units.unit_id, changed.left_node_id) as left_node_id,
            coalesce(right_units.unit_id, changed.right_node_id) as right_node_id
        from {{ changed }} as changed
        left join {{ units }} as left_units on changed.left_node_id = left_units.node_id
        left join {{ units }} as right_units on changed.right_node_id = right_units.node_id
        where changed.is_standing
        {% if counted[2] | int > 0 %}
            {# an unchanged link has both its ends in one component, so one end tells; the changed ones are in the other half, by unit #}
            union all
            select links.left_node_id, links.right_node_id
            from (
                {{ links }}
            ) as links
            where links.is_standing and not links.is_changed and links.left_node_id in (select node_id from {{ loose }})
        {% endif %}
    {% endset %}
    {% do find_components(small_graph, found, prefix, title) %}

    {% set move %}
        create temporary table {{ moved }} as
        select components.node_id, joined.component_id
        from {{ components }} as components
        inner join (
            select found.node_id, found.component_id
            from {{ found }} as found
            where found.node_id <> found.component_id and found.node_id in (select unit_id from {{ units }})
        ) as joined on components.component_id = joined.node_id
    {% endset %}
    {% do run_query(move) %}
    {% set find_stale %}
        create temporary table {{ stale }} as
        select node_id from {{ moved }}
        union all
        select loose.node_id
        from {{ loose }} as loose
        left join {{ found }} as found on loose.node_id = found.node_id
        where found.node_id is null or found.component_id <> loose.component_id
    {% endset %}
    {% do run_query(find_stale) %}
    {% set find_fresh %}
        create temporary table {{ fresh }} as
        select node_id, component_id from {{ moved }}
        union all
        select found.node_id, found.component_id
        from {{ found }} as found
        left join {{ loose }} as loose on found.node_id = loose.node_id
        left join {{ units }} as units on found.node_id = units.unit_id
        where units.unit_id is null and (loose.node_id is null or loose.component_id <> found.component_id)
    {% endset %}
    {% do run_query(find_fresh) %}
    {% do gather_statistics(stale) %}
    {% for table in [changed, ends, opened, loose, units, found, moved] %}
        {% do run_query('drop table ' ~ table) %}
    {% endfor %}
{% endmacro %}
