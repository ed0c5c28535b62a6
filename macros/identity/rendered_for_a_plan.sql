{# The SQL of a model as the next of many runs, reading the plan's temporary tables in place of the models before it.
   Arguments: step (name of a model)
   Example:   {% set sql = tekil.rendered_for_a_plan('int_identity__links_made') %} #}
{% macro rendered_for_a_plan(step) %}
    {% set code = modules.re.sub('\\{\\{\\s*config\\([^}]*\\)\\s*\\}\\}', '', graph.nodes['model.tekil.' ~ step].raw_code) %}
    {# a plan looks at everything, so what a renewal cuts down is read whole #}
    {% set code = modules.re.sub("\\btouched\\('(\\w+)'[^)]*\\)", "ref('\\1')", code) %}
    {% set code = modules.re.sub("\\btouched_of\\('(\\w+)'[^)]*\\)", "'\\1'", code) | replace('is_renewed()', 'false') %}
    {% set code = code | replace('is_incremental()', 'true') | replace('{{ this }}', tekil.relation_of(step) | string) | replace("ref('", "tekil.planned_ref('") %}
    {{ return(render(code)) }}
{% endmacro %}
