{# The text of a staging view over touched landed rows, with the views it reads told in the same way.
   Arguments: name (of the staging view)
   Example:   {{ tekil.view_of_touched('stg_crm__contacts') }} #}
{% macro view_of_touched(name) %}
    {{ return(tekil.view_over(name, 'touched_rows', views='view_of_touched')) }}
{% endmacro %}
