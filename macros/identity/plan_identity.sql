{# Print what the rules as they stand in the seeds now would change, before a build applies them: which customers would merge, split,
   gain or lose identifiers (a dry run, I4, I6). The very models of the identity layer are rendered into temporary tables, so
   what it says is what the next build does, as long as no new data lands in between.
   Arguments: show (how many lines of detail to print), every_change (print each change of the ledger too, one a line)
   Prints:    ids of customers and counts; no values.
   Example:   dbt seed && dbt run-operation plan_identity #}
{% macro plan_identity(show=20, every_change=false) %}
    {% set steps = tekil.planned_steps() %}
    {% for step in steps %}
        {% set kind = graph.nodes['model.tekil.' ~ step].config.materialized %}
        {% if kind == 'connected_components' %}
            {# all of them, whatever changed #}
            {% do find_components('select left_node_id, right_node_id from plan_int_identity__links_made', 'plan_' ~ step, 'plan_found', step) %}
        {% elif kind == 'vetoed_components' %}
            {% do cluster_under_vetoes(tekil.rendered_for_a_plan(step), 'plan_' ~ step, 'plan_vetoed', step) %}
        {% else %}
            {% do run_query('create temporary table plan_' ~ step ~ ' as ' ~ tekil.rendered_for_a_plan(step)) %}
        {% endif %}
    {% endfor %}
    {% set totals = run_query('select cause, count(*), count(distinct from_customer_id), count(distinct to_customer_id) from plan_identity_changes group by cause order by cause').rows %}
    {% set moves = run_query('select from_customer_id, to_customer_id, cause, count(*) as identifiers from plan_identity_changes where from_customer_id is not null group by from_customer_id, to_customer_id, cause order by 4 desc, 1, 2').rows %}
    {% if totals | length == 0 %}
        {% do print('plan: nothing would change.') %}
    {% endif %}
    {% for row in totals %}
        {% do print('plan: ' ~ row[0] ~ ': ' ~ row[1] ~ ' identifiers' ~ (', from ' ~ row[2] ~ ' customers' if row[0] != 'new' else '') ~ (', to ' ~ row[3] ~ ' customers' if row[0] != 'refused' else '')) %}
    {% endfor %}
    {% for row in moves[:show] %}
        {% do print('plan:   ' ~ row[2] ~ ' ' ~ row[0] ~ ' -> ' ~ (row[1] or 'nobody') ~ ' (' ~ row[3] ~ ' identifiers)') %}
    {% endfor %}
    {% if moves | length > show %}
        {% do print('plan:   and ' ~ (moves | length - show) ~ ' more') %}
    {% endif %}
    {% if every_change %}
        {% for row in run_query('select identifier_key, from_customer_id, to_customer_id, cause from plan_identity_changes order by identifier_key').rows %}
            {% do print('change: ' ~ row[0] ~ ' ' ~ (row[1] or '-') ~ ' ' ~ (row[2] or '-') ~ ' ' ~ row[3]) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
