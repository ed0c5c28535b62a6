{# The texts of a group joined in code point order; null values are left out, no value gives null.
   Arguments: expr (text), separator (a Jinja string, without SQL quotes), order_expr (text; default: expr)
   Example:   {{ string_agg_ordered('channel', ', ') }} as channels #}
{% macro string_agg_ordered(expr, separator, order_expr=none) -%}
    string_agg({{ expr }}, '{{ separator | replace("'", "''") }}' order by {{ binary_order(order_expr or expr) }})
{%- endmacro %}
