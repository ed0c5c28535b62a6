{# The very text of a view, with the raw table at its bottom cut down to the rows that a macro gives.
   Arguments: name (of the view), rows (name of a macro of this project that takes the name of a raw table and stands where a relation stands),
              views (name of the macro that tells the views it reads in the same way; none: they stand as they are)
   Example:   {{ tekil.view_over('stg_tracker__events', 'rows_of_calls') }} #}
{% macro view_over(name, rows, views=none) %}
    {% set code = graph.nodes['model.tekil.' ~ name].raw_code | replace("source('raw', '", 'tekil.' ~ rows ~ "('") %}
    {% set code = code | replace("ref('", 'tekil.' ~ views ~ "('") if views else code %}
    {{ return('(\n' ~ render(code) ~ '\n) as ' ~ name) }}
{% endmacro %}
