{# The moment (naive UTC timestamp) at which a clock of the zone shows a local time: the way back of as_local.
   A zone that is null or unknown to the engines gives null, never an error (see known_time_zone for the names and the cost).
   Arguments: expr (local timestamp or date), zone_expr (text: a column, or a quoted literal)
   Example:   {{ as_utc('day', default_timezone()) }} as starts_at #}
{% macro as_utc(expr, zone_expr) -%}
    ((cast({{ expr }} as timestamp)
        at time zone (case when {{ known_time_zone(zone_expr) }} then {{ zone_expr }} end)) at time zone 'UTC')
{%- endmacro %}
