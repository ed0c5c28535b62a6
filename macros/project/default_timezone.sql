{# Time zone of a person or store whose own is not known, as a text literal.
   Example: {{ default_timezone() }} #}
{% macro default_timezone() -%}
    '{{ setting('TEKIL_TIMEZONE', 'default_timezone') }}'
{%- endmacro %}
