{# The text of a staging view over touched landed rows, with the views it reads told in the same way.
   Arguments: name (of the staging view)
   Example:   {{ tekil.view_of_touched('stg_crm__contacts') }} #}
{% macro view_of_touched(name) %}
    {% set code = graph.nodes['model.tekil.' ~ name].raw_code | replace("ref('", "tekil.view_of_touched('") | replace("source('raw', '", "tekil.touched_rows('") %}
    {{ return('(\n' ~ render(code) ~ '\n) as ' ~ name) }}
{% endmacro %}
