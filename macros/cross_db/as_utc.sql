{# The moment at which the clocks of a time zone show a local time: a naive local timestamp becomes a naive UTC timestamp.
   A zone that is null or unknown to the engines gives null, never an error (see known_time_zone).
   Arguments: expr (timestamp of the zone's clocks), zone_expr (text: a column, or a quoted literal)
   Example:   {{ as_utc("timestamp '2026-03-01 00:00:00'", default_timezone()) }} as month_starts_at #}
{% macro as_utc(expr, zone_expr) -%}
    ((cast({{ expr }} as timestamp) at time zone (case when {{ known_time_zone(zone_expr) }} then {{ zone_expr }} end))
        at time zone 'UTC')
{%- endmacro %}
