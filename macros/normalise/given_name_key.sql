{# The first given name of a first or full name, in the form that matching compares; null when there is none.
   Arguments: expr (text, raw or already normalised; a plain column or a short expression)
   Example:   {{ given_name_key('first_name') }} as given_name_key #}
{% macro given_name_key(expr) -%}
    {{ rewrite(normalise_name(expr), [[' .*$', '']]) }}
{%- endmacro %}
