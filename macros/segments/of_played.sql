{# The rows of a model that belong to customers for whom a renewal plays the candidates again (int_segments__played_touched); all rows where the table is made
   anew. It stands where a relation stands, in place of of_touched (rendered_for_a_candidate).
   Arguments: name (of a model with a customer_id)
   Example:   select * from {{ tekil.of_played('customer_orders') }} #}
{% macro of_played(name) %}
    {{ return(tekil.touched_of(tekil.relation_of(name), by='int_segments__played_touched', keys=['customer_id'])) }}
{% endmacro %}
