{# Whole seconds from one timestamp to another, rounded down (also below zero), as a bigint.
   Arguments: earlier, later (timestamps without zone)
   Example:   {{ seconds_between('started_at', 'ended_at') }} as duration_seconds #}
{% macro seconds_between(earlier, later) -%}
    {#- both engines cut towards zero; shifted by 3 * 10^12 s the number is never negative, so that cutting is rounding down -#}
    cast({{ integer_divide(microseconds_between(earlier, later) ~ ' + 3000000000000000000', '1000000') }} - 3000000000000 as bigint)
{%- endmacro %}
