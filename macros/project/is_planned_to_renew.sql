{# What the plan says of the running model; see is_renewed, which asks once a run.
   Arguments: plan (relation of the plan of its layer)
   Returns:   boolean
   Example:   {% set answer = tekil.is_planned_to_renew(plan) %} #}
{% macro is_planned_to_renew(plan) %}
    {% if load_relation(plan) is none or load_relation(this) is none %}
        {{ return(false) }}
    {% elif run_query('select count(*) from ' ~ plan ~ ' where is_renewal').rows[0][0] | int == 0 %}
        {{ return(false) }}
    {% elif config.get('most') %}
        {% set listed = run_query('select count(*) from ' ~ ref(config.get('touched'))).rows[0][0] | int %}
        {{ return(listed <= config.get('most') * (run_query('select count(*) from ' ~ this).rows[0][0] | int)) }}
    {% endif %}
    {{ return(true) }}
{% endmacro %}
