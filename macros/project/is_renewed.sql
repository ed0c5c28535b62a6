{# Whether the running model brings its table up to date with what changed, instead of making it anew: so the plan of its layer (plan_of_layer) has decided for
   this run, and the table stands. The one question that a model's SQL and its materialization (renewed) both ask, so that they agree.
   It is no wherever nothing may be assumed: in a full refresh, a unit test, a plan of the rules, a compilation, and where the plan is not made in the same
   run, as when somebody who writes a model builds that model alone. And in a model of which so much is touched that the whole costs less (its config most).
   Example:   {% if is_renewed() %}...{% endif %} #}
{% macro is_renewed() %}
    {% if model.resource_type == 'unit_test' %}
        {{ return(false) }}
    {% endif %}
    {# named before anything else, so that dbt knows that the model reads its plan #}
    {% set plan = tekil.plan_of_layer() %}
    {% if not execute or flags.WHICH not in ['build', 'run', 'retry'] or flags.FULL_REFRESH or 'model.tekil.' ~ plan.identifier not in selected_resources %}
        {{ return(false) }}
    {% endif %}
    {# a model asks for each table it reads: the answer is kept in what dbt keeps for the run, by model, since a plan may still be to come for another one #}
    {% set answers = graph.setdefault('tekil_renewed', {}) %}
    {% set asked = invocation_id ~ ' ' ~ model.unique_id %}
    {% if asked not in answers %}
        {% do answers.update({asked: tekil.is_planned_to_renew(plan)}) %}
    {% endif %}
    {{ return(answers[asked]) }}
{% endmacro %}
