{# Whether the running model brings its table up to date with what changed, instead of making it anew: so the plan of its layer (plan_of_layer) has decided for
   this run, and the table stands. The one question that a model's SQL and its materialization (renewed) both ask, so that they agree.
   It is no wherever nothing may be assumed: in a full refresh, a unit test, a plan of the rules, a compilation, and where the plan is not made in the same
   run, as when somebody who writes a model builds that model alone. And in a model of which so much is touched that the whole costs less (its config most).
   Example:   {% if is_renewed() %}...{% endif %} #}
{% macro is_renewed() %}
    {% if model.resource_type == 'unit_test' %}
        {{ return(false) }}
    {% endif %}
    {% set plan = tekil.plan_of_layer() %}
    {% if not execute or flags.WHICH not in ['build', 'run', 'retry'] or flags.FULL_REFRESH or 'model.tekil.' ~ plan.identifier not in selected_resources or load_relation(plan) is none or load_relation(this) is none %}
        {{ return(false) }}
    {% endif %}
    {% if run_query('select count(*) from ' ~ plan ~ ' where is_renewal').rows[0][0] | int == 0 %}
        {{ return(false) }}
    {% elif config.get('most') %}
        {% set listed = run_query('select count(*) from ' ~ ref(config.get('touched'))).rows[0][0] | int %}
        {{ return(listed <= config.get('most') * (run_query('select count(*) from ' ~ this).rows[0][0] | int)) }}
    {% endif %}
    {{ return(true) }}
{% endmacro %}
