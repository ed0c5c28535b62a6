{# A timestamp moved by a whole number of minutes; the result is a timestamp, for a date too.
   Arguments: expr (timestamp or date), number (whole number or integer expression; may be negative)
   Example:   {{ add_minutes('occurred_at', '-30') }} #}
{% macro add_minutes(expr, number) -%}
    (cast({{ expr }} as timestamp) + cast({{ number }} as integer) * interval '1 minute')
{%- endmacro %}
