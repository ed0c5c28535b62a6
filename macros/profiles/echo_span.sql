{# The stretch of var echo_minutes in which a moment lies, counted from 1970: an echo lies in the same one as its tracker event, or in one beside it.
   Arguments: moment (timestamp)
   Example:   {{ echo_span('tracker.occurred_at') }} as span #}
{% macro echo_span(moment) -%}
    {{ integer_divide(seconds_between("timestamp '1970-01-01 00:00:00'", moment), (60 * var('echo_minutes')) | string) }}
{%- endmacro %}
