{# Find the connected components of a graph, to the fixed point, into a temporary table.
   Hook and shortcut (Shiloach and Vishkin 1982; with whole-tree shortcuts and links read again between roots): in a round every root hooks to
   its lowest neighbour, trees are shortened to their roots (hook_and_shortcut), and only links between different roots go on. Hooks always go down, so there is no
   cycle. A root survives a round only if it is lower than all its neighbours, and a second round only if it took a neighbour
   in with the first: two rounds at least halve the roots of every unfinished component, so n nodes need at most 2 log2(n) rounds,
   whatever the order of their numbers (60 rounds are enough for a thousand million nodes). Nodes keep their numbers throughout: nothing is
   numbered anew at random. A round keeps only who went to which root; the labels are put together backwards at the end.
   Arguments: links (a query that gives left_node_id and right_node_id, integers; order, direction and repeats mean nothing, and a link
              of a node to itself or to null is none), found (name of the temporary table to make: node_id, component_id, the lowest node_id of the
              component, both bigint; one row per node that has a link), prefix (of the working tables, which are dropped), title
              (what to call it in the log)
   Errors:    no fixed point within var max_component_rounds raises.
   Example:   {% do find_components('select a as left_node_id, b as right_node_id from pairs', 'pairs_found', 'p1', 'pairs') %} #}
{% macro find_components(links, found, prefix, title) %}
    {%- set max_rounds = var('max_component_rounds') | int -%}
    {%- set rounds = namespace(done=0, open=true) -%}
    {% set start %}
        create temporary table {{ prefix }}_links_0 as
        select
            cast(greatest(left_node_id, right_node_id) as bigint) as high_id,
            cast(least(left_node_id, right_node_id) as bigint) as low_id
        from (
            {{ links }}
        ) as links
        where left_node_id <> right_node_id
    {% endset %}
    {% do run_query(start) %}

    {% for round in range(max_rounds + 1) %}
        {% if rounds.open %}
            {% set open_links = run_query('select count(*) from ' ~ prefix ~ '_links_' ~ round).rows[0][0] | int %}
            {% if open_links == 0 %}
                {% set rounds.open = false %}
            {% elif round == max_rounds %}
                {{ exceptions.raise_compiler_error('The components of ' ~ title ~ ' did not converge in ' ~ max_rounds ~ ' rounds: raise var max_component_rounds; nothing was published.') }}
            {% else %}
                {% do log('components of ' ~ title ~ ': round ' ~ (round + 1) ~ ', ' ~ open_links ~ ' links between roots') %}
                {% do hook_and_shortcut(prefix, round) %}
                {% set rounds.done = round + 1 %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do run_query('drop table ' ~ prefix ~ '_links_' ~ rounds.done) %}

    {# who went to which root, put together from the last round back to the first; every step replaces both its tables #}
    {% for back in range(1, rounds.done) %}
        {% set earlier = prefix ~ '_trees_' ~ (rounds.done - 1 - back) %}
        {% set later = prefix ~ '_trees_' ~ (rounds.done - back) %}
        {% set put_together %}
            create temporary table {{ prefix }}_together as
            select
                earlier.node_id,
                coalesce(later.component_id, earlier.component_id) as component_id
            from {{ earlier }} as earlier
            left join {{ later }} as later on earlier.component_id = later.node_id
            union all
            select node_id, component_id from {{ later }}
        {% endset %}
        {% do run_query(put_together) %}
        {% do run_query('drop table ' ~ earlier) %}
        {% do run_query('drop table ' ~ later) %}
        {% do run_query('alter table ' ~ prefix ~ '_together rename to ' ~ earlier) %}
    {% endfor %}

    {% if rounds.done == 0 %}
        {% do run_query('create temporary table ' ~ found ~ ' (node_id bigint, component_id bigint)') %}
    {% else %}
        {% do run_query('alter table ' ~ prefix ~ '_trees_0 rename to ' ~ found) %}
        {# a component's lowest node never hooked, so it is not there yet #}
        {% do run_query('insert into ' ~ found ~ ' select distinct component_id as node_id, component_id from ' ~ found) %}
    {% endif %}
    {% do gather_statistics(found) %}
{% endmacro %}
