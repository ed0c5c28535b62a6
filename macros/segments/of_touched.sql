{# The rows of a model that belong to customers whose segments a renewal works out again (int_segments__customers_touched); all rows where the table is
   made anew. It stands where a relation stands. Where a candidate is played, of_played stands there (rendered_for_a_candidate).
   Arguments: name (of a model with a customer_id)
   Example:   select * from {{ of_touched('customer_orders') }} #}
{% macro of_touched(name) %}
    {{ return(tekil.touched(name, by='int_segments__customers_touched', keys=['customer_id'])) }}
{% endmacro %}
