{# One round of find_components: every root hooks to its lowest neighbour, every tree is shortened to its root by pointer jumping, and the
   links are read again between the roots. Makes <prefix>_trees_<round> (node_id, component_id: every hooked node and its root) and
   <prefix>_links_<round + 1>.
   A jump doubles the distance, and only nodes that have not reached a root take part in the next one: a chain of n nodes takes log2(n) jumps,
   whatever its order, and a jump costs what is still open.
   Arguments: prefix (of the working tables), round (number from 0)
   Example:   {% do hook_and_shortcut('p1', 0) %} #}
{% macro hook_and_shortcut(prefix, round) %}
    {%- set links = prefix ~ '_links_' ~ round -%}
    {%- set trees = prefix ~ '_trees_' ~ round -%}
    {%- set hooks = prefix ~ '_hooks' -%}
    {%- set jump_count = 64 -%}
    {%- set jumps = namespace(open=true) -%}

    {% set hook %}
        create temporary table {{ hooks }} as
        select high_id as node_id, min(low_id) as component_id from {{ links }} group by high_id
    {% endset %}
    {% do run_query(hook) %}
    {% do gather_statistics(hooks) %}

    {% set jump_all %}
        create temporary table {{ prefix }}_jumps_0 as
        select
            hooks.node_id,
            coalesce(parents.component_id, hooks.component_id) as component_id,
            parents.node_id is not null as is_open
        from {{ hooks }} as hooks
        left join {{ hooks }} as parents on hooks.component_id = parents.node_id
    {% endset %}
    {% do run_query(jump_all) %}
    {% do run_query('drop table ' ~ hooks) %}
    {% do run_query('create temporary table ' ~ trees ~ ' as select node_id, component_id from ' ~ prefix ~ '_jumps_0 where not is_open') %}

    {# labels have 63 bits, so no chain needs more jumps #}
    {% for jump in range(jump_count) %}
        {% if jumps.open %}
            {% set before = prefix ~ '_jumps_' ~ jump %}
            {% set after = prefix ~ '_jumps_' ~ (jump + 1) %}
            {% if run_query('select count(*) from ' ~ before ~ ' where is_open').rows[0][0] | int == 0 %}
                {% set jumps.open = false %}
            {% else %}
                {% set jump_open %}
                    create temporary table {{ after }} as
                    select
                        climbers.node_id,
                        coalesce(parents.component_id, climbers.component_id) as component_id,
                        parents.node_id is not null as is_open
                    from {{ before }} as climbers
                    left join (
                        select node_id, component_id from {{ trees }}
                        union all
                        select node_id, component_id from {{ before }} where is_open
                    ) as parents on climbers.component_id = parents.node_id
                    where climbers.is_open
                {% endset %}
                {% do run_query(jump_open) %}
                {% do run_query('insert into ' ~ trees ~ ' select node_id, component_id from ' ~ after ~ ' where not is_open') %}
            {% endif %}
            {% do run_query('drop table ' ~ before) %}
        {% endif %}
    {% endfor %}
    {% do gather_statistics(trees) %}

    {# the higher end of a link is always hooked; the lower end is, or is a root #}
    {% set relink %}
        create temporary table {{ prefix }}_links_{{ round + 1 }} as
        select distinct
            greatest(high_root, low_root) as high_id,
            least(high_root, low_root) as low_id
        from (
            select
                high_trees.component_id as high_root,
                coalesce(low_trees.component_id, links.low_id) as low_root
            from {{ links }} as links
            inner join {{ trees }} as high_trees on links.high_id = high_trees.node_id
            left join {{ trees }} as low_trees on links.low_id = low_trees.node_id
        ) as relinked
        where high_root <> low_root
    {% endset %}
    {% do run_query(relink) %}
    {% do run_query('drop table ' ~ links) %}
{% endmacro %}
