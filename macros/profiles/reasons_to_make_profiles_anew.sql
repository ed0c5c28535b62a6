{# Why this run cannot build profiles and segments on what stands, in words; empty when it can. They are renewed from what this very run changed in
   identity, so the run before must have ended in both, with the same rules, settings and models, and the clock must not have gone back.
   Arguments: fingerprint (of the rules, settings and models now)
   Returns:   text
   Example:   {% set reason = tekil.reasons_to_make_profiles_anew(fingerprint) %} #}
{% macro reasons_to_make_profiles_anew(fingerprint) %}
    {% set settled = load_relation(tekil.relation_of('int_segments__run_settled')) %}
    {% set planned = load_relation(this) %}
    {% set identity = run_query('select max(run_number), bool_and(is_renewal), max(reason) from ' ~ ref('int_staging__reads_planned')).rows[0] %}
    {% if not identity[1] %}
        {{ return('of identity: ' ~ identity[2]) }}
    {% elif settled is none or planned is none %}
        {{ return('the first run') }}
    {% endif %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[1] in ['profiles', 'segments'] and (node.config.materialized == 'renewed' or node.name.endswith('_touched')) %}
        {% if load_relation(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) is none %}
            {{ return(node.name ~ ' is not there') }}
        {% endif %}
    {% endfor %}
    {% set before = run_query('select max(run_number), min(fingerprint), count(*), sum(case when as_of > ' ~ as_of() ~ ' then 1 else 0 end) from ' ~ settled).rows[0] %}
    {% set begun = run_query('select max(run_number), count(*) from ' ~ planned).rows[0] %}
    {% if before[0] != begun[0] or before[0] != identity[0] - 1 %}
        {{ return('the last run did not end') }}
    {% elif before[2] != begun[1] %}
        {{ return('models were built outside a whole run') }}
    {% elif before[1] != fingerprint %}
        {{ return('rules, settings or models changed') }}
    {% elif before[3] > 0 %}
        {{ return('the clock went back') }}
    {% endif %}
    {{ return('') }}
{% endmacro %}
