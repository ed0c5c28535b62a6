{# The very text of a view, and of the views it reads, with the raw tables at the bottom cut down to the rows of touched orders (rows_of_orders).
   Arguments: name (of the view)
   Example:   {{ tekil.view_told_of_orders('stg_shop__orders') }} #}
{% macro view_told_of_orders(name) %}
    {% set code = graph.nodes['model.tekil.' ~ name].raw_code | replace("ref('", "tekil.view_told_of_orders('") | replace("source('raw', '", "tekil.rows_of_orders('") %}
    {{ return('(\n' ~ render(code) ~ '\n) as ' ~ name) }}
{% endmacro %}
