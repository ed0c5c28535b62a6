{# The rows of a model that belong to customers whose segments a renewal works out again (int_segments__customers_touched); all rows where the table is
   made anew. Events of the stream are cut out once for all rules (int_segments__events_reread). It stands where a relation stands. Where a candidate is
   played, of_played stands there (rendered_for_a_candidate).
   Arguments: name (of a model with a customer_id)
   Example:   select * from {{ of_touched('customer_orders') }} #}
{% macro of_touched(name) %}
    {% set all_rows = tekil.touched(name, by='int_segments__customers_touched', keys=['customer_id']) %}
    {% set reread = ref('int_segments__events_reread') if name == 'customer_events' and model.resource_type != 'unit_test' else none %}
    {{ return(reread if reread and is_renewed() else all_rows) }}
{% endmacro %}
