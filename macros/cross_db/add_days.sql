{# A timestamp moved by a whole number of days of 24 hours; the result is a timestamp, for a date too.
   Arguments: expr (timestamp or date), number (whole number or integer expression; may be negative)
   Example:   {{ add_days('occurred_at', '-30') }} #}
{% macro add_days(expr, number) -%}
    (cast({{ expr }} as timestamp) + cast({{ number }} as integer) * interval '1 day')
{%- endmacro %}
