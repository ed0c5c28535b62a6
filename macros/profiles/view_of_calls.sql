{# A staging view over the landed rows of touched calls alone in a renewal (rows_of_calls). Else the view. It stands where a relation stands.
   Arguments: name (of the staging view, which reads one raw table)
   Example:   select * from {{ tekil.view_of_calls('stg_tracker__events') }} #}
{% macro view_of_calls(name) %}
    {% set view = ref(name) %}
    {% set read_too = [ref('int_profiles__calls_touched')] %}
    {{ return(tekil.view_over(name, 'rows_of_calls') if is_renewed() else view) }}
{% endmacro %}
