{# Whole days of 24 hours from one timestamp to another, rounded down (also below zero), as an integer.
   Arguments: earlier, later (timestamps without zone, or dates)
   Example:   {{ days_between('last_order_at', as_of()) }} as days_since_order #}
{% macro days_between(earlier, later) -%}
    {#- shifted by 30 million days the number is never negative, so that cutting towards zero is rounding down -#}
    cast({{ integer_divide(microseconds_between(earlier, later) ~ ' + 2592000000000000000', '86400000000') }} - 30000000 as integer)
{%- endmacro %}
