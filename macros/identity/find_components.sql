{# Find the connected components of a graph, to the fixed point, into a temporary table.
   Hook and shortcut (Shiloach and Vishkin 1982): in a round every root hooks to its lowest neighbouring root, chains of hooks
   are shortened by pointer jumping, and the links are read again between the new roots. Hooks always go down, so there is
   no cycle; every root that is not the lowest of its neighbours is gone after the round. Each round keeps only who hooked to whom; the
   labels are put together backwards at the end, so the whole work is of the order of the links.
   Arguments: links (a query that gives left_node_id and right_node_id, integers), found (name of the temporary table to make:
              node_id, component_id, the lowest node_id of the component; one row per node that has a link),
              prefix (of the working tables, which are dropped), title (what to call it in the log)
   Errors:    no fixed point within var max_component_rounds raises.
   Example:   {% do find_components('select a as left_node_id, b as right_node_id from pairs', 'pairs_found', 'p1', 'pairs') %} #}
{% macro find_components(links, found, prefix, title) %}
    {%- set rounds = namespace(done=0, open=true) -%}
    {%- set max_rounds = var('max_component_rounds') | int -%}
    {% do run_query('create temporary table ' ~ prefix ~ '_links_0 as select distinct left_node_id as u, right_node_id as v from (' ~ links ~ ') as links where left_node_id <> right_node_id') %}

    {% for round in range(max_rounds) %}
        {% if rounds.open %}
            {% set open_links = run_query('select count(*) from ' ~ prefix ~ '_links_' ~ round).rows[0][0] | int %}
            {% if open_links == 0 %}
                {% set rounds.open = false %}
            {% else %}
                {% do log('components of ' ~ title ~ ': round ' ~ (round + 1) ~ ', ' ~ open_links ~ ' links between roots') %}
                {% do hook_and_shortcut(prefix, round, max_rounds) %}
                {% set rounds.done = round + 1 %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% if rounds.open and run_query('select count(*) from ' ~ prefix ~ '_links_' ~ rounds.done).rows[0][0] | int > 0 %}
        {{ exceptions.raise_compiler_error('The components of ' ~ title ~ ' did not converge in ' ~ max_rounds ~ ' rounds: raise var max_component_rounds; nothing was published.') }}
    {% endif %}

    {# labels, put together from the last round back to the first #}
    {% do run_query('create temporary table ' ~ prefix ~ '_labels_' ~ rounds.done ~ ' (node_id bigint, component_id bigint)') %}
    {% for back in range(rounds.done) %}
        {% set round = rounds.done - 1 - back %}
        {% set hooks = prefix ~ '_hooks_' ~ round %}
        {% set later = prefix ~ '_labels_' ~ (round + 1) %}
        {% do run_query(
            'create temporary table ' ~ prefix ~ '_labels_' ~ round ~ ' as select hooks.node_id, coalesce(later.component_id, hooks.parent_id) as component_id from ' ~ hooks
            ~ ' as hooks left join ' ~ later ~ ' as later on hooks.parent_id = later.node_id union all select node_id, component_id from ' ~ later
        ) %}
    {% endfor %}

    {% do run_query(
        'create temporary table ' ~ found ~ ' as select cast(node_id as bigint) as node_id, cast(component_id as bigint) as component_id from ' ~ prefix ~ '_labels_0'
        ~ ' union all select distinct cast(component_id as bigint) as node_id, cast(component_id as bigint) as component_id from ' ~ prefix ~ '_labels_0'
    ) %}
    {% for round in range(rounds.done + 1) %}
        {% for kind in ['labels', 'links', 'hooks'] %}
            {% do run_query('drop table if exists ' ~ prefix ~ '_' ~ kind ~ '_' ~ round) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# One round: from <prefix>_links_<n> make <prefix>_hooks_<n> (who hooked to which root) and <prefix>_links_<n+1>.
   Arguments: prefix (of the working tables), round (number from 0), max_jumps (bound of the pointer jumping) #}
{% macro hook_and_shortcut(prefix, round, max_jumps) %}
    {% set links = prefix ~ '_links_' ~ round %}
    {% set hooks = prefix ~ '_hooks_' ~ round %}
    {% do run_query('create temporary table ' ~ hooks ~ ' as select greatest(u, v) as node_id, min(least(u, v)) as parent_id from ' ~ links ~ ' group by greatest(u, v)') %}
    {% set chain = namespace(open=true) %}
    {% for jump in range(max_jumps) %}
        {% if chain.open %}
            {% set chained = run_query('select count(*) from ' ~ hooks ~ ' as hooks inner join ' ~ hooks ~ ' as parents on hooks.parent_id = parents.node_id').rows[0][0] | int %}
            {% if chained == 0 %}
                {% set chain.open = false %}
            {% else %}
                {% do run_query('create temporary table ' ~ hooks ~ '_next as select hooks.node_id, coalesce(parents.parent_id, hooks.parent_id) as parent_id from ' ~ hooks ~ ' as hooks left join ' ~ hooks ~ ' as parents on hooks.parent_id = parents.node_id') %}
                {% do run_query('drop table ' ~ hooks) %}
                {% do run_query('alter table ' ~ hooks ~ '_next rename to ' ~ hooks) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do run_query(
        'create temporary table ' ~ prefix ~ '_links_' ~ (round + 1) ~ ' as select distinct u, v from (select coalesce(left_hooks.parent_id, links.u) as u, coalesce(right_hooks.parent_id, links.v) as v from ' ~ links
        ~ ' as links left join ' ~ hooks ~ ' as left_hooks on links.u = left_hooks.node_id left join ' ~ hooks ~ ' as right_hooks on links.v = right_hooks.node_id) as relinked where u <> v'
    ) %}
{% endmacro %}
