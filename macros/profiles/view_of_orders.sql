{# A view over the landed rows of touched orders alone in a renewal (view_told_of_orders). Else the view. It stands where a relation stands.
   Arguments: name (of the view)
   Example:   select * from {{ tekil.view_of_orders('stg_shop__orders') }} #}
{% macro view_of_orders(name) %}
    {% set view = ref(name) %}
    {# a unit test gives what it reads, and renews nothing #}
    {% set read_too = [ref('int_profiles__orders_touched')] if model.resource_type != 'unit_test' else [] %}
    {{ return(tekil.view_told_of_orders(name) if is_renewed() else view) }}
{% endmacro %}
