{# What a model of the plan reads: the plan's own table where the other model is planned too, else what stands.
   Arguments: name (of a model or seed)
   Example:   select * from {{ tekil.planned_ref('identifier_types') }} #}
{% macro planned_ref(name) %}
    {{ return('plan_' ~ name if name in tekil.planned_steps() else tekil.relation_of(name)) }}
{% endmacro %}
