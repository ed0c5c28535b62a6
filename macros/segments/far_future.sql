{# The end of an interval that nothing ends yet.
   Example: coalesce(next_ordered_at, {{ far_future() }}) #}
{% macro far_future() -%}
    timestamp '9999-12-31 00:00:00'
{%- endmacro %}
