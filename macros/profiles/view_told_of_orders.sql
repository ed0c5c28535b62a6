{# The very text of a view, and of the views it reads, with the raw tables at the bottom cut down to the rows of touched orders (rows_of_orders).
   Arguments: name (of the view)
   Example:   {{ tekil.view_told_of_orders('stg_shop__orders') }} #}
{% macro view_told_of_orders(name) %}
    {{ return(tekil.view_over(name, 'rows_of_orders', views='view_told_of_orders')) }}
{% endmacro %}
