{# Why this run cannot build on what stands, in words; empty when it can. What is renewed is right only if the run before ended, with the same rules, settings
   and models, and nothing was built past it. In doubt everything is read.
   Arguments: fingerprint (of the rules, settings and models now)
   Returns:   text
   Example:   {% set reason = tekil.reasons_to_read_everything(fingerprint) %} #}
{% macro reasons_to_read_everything(fingerprint) %}
    {% set settled = load_relation(tekil.relation_of('int_identity__run_settled')) %}
    {% set planned = load_relation(this) %}
    {% if flags.FULL_REFRESH %}
        {{ return('a full refresh') }}
    {% elif setting('TEKIL_KNOWN_AT', 'known_at') | string != 'now' %}
        {{ return('what was known by a past moment is asked') }}
    {% elif settled is none or planned is none %}
        {{ return('the first run') }}
    {% endif %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[1] in ['staging', 'identity'] and (node.config.materialized in ['renewed', 'connected_components', 'rooted_paths'] or node.name.endswith(('_touched', '_reread'))) %}
        {% if load_relation(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) is none %}
            {{ return(node.name ~ ' is not there') }}
        {% endif %}
    {% endfor %}
    {% set before = run_query('select max(run_number), min(fingerprint), count(*), max(override_count) from ' ~ settled).rows[0] %}
    {% set begun = run_query('select max(run_number), min(fingerprint), count(*) from ' ~ planned).rows[0] %}
    {% set decisions = run_query('select count(*) from ' ~ source('ops', 'identity_overrides')).rows[0][0] %}
    {% if before[0] != begun[0] %}
        {{ return('the last run did not end') }}
    {% elif before[2] != begun[2] %}
        {{ return('models were built outside a whole run') }}
    {% elif before[1] != fingerprint %}
        {{ return('rules, settings or models changed') }}
    {% elif decisions < before[3] %}
        {{ return('decisions were deleted') }}
    {% endif %}
    {{ return('') }}
{% endmacro %}
