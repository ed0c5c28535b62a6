{# Write down that a renewed table was built without the plan of its run (plan_of_layer), as `dbt run --select` does: what
   is behind it may not have heard of the change, so the next planned run makes everything anew. That of segments is written where the plan of profiles
   is, which the next run asks.
   Example:   {% do tekil.note_unplanned_run() %} #}
{% macro note_unplanned_run() %}
    {% set plan = tekil.plan_of_layer() %}
    {% if execute and 'model.tekil.' ~ plan.identifier not in selected_resources and load_relation(plan) is not none %}
        {% set asked = tekil.relation_of('int_profiles__reads_planned') if plan.identifier == 'int_segments__reads_planned' else plan %}
        {% do run_query("insert into " ~ asked ~ " (run_number, is_renewal, fingerprint, reason) select max(run_number), bool_and(is_renewal), '', 'unplanned' from " ~ asked) %}
    {% endif %}
{% endmacro %}
