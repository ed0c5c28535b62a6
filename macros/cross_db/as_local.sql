{# The local time of a moment: a naive UTC timestamp becomes a naive timestamp of the zone.
   A zone that is null or unknown to the engines gives null, never an error (see known_time_zone for the names and the cost).
   Arguments: expr (timestamp in UTC), zone_expr (text: a column, or a quoted literal)
   Example:   {{ as_local('occurred_at', 'timezone') }} as occurred_at_local #}
{% macro as_local(expr, zone_expr) -%}
    {#- the zone is made null before the conversion, so that no engine may convert first and check later -#}
    ((cast({{ expr }} as timestamp) at time zone 'UTC')
        at time zone (case when {{ known_time_zone(zone_expr) }} then {{ zone_expr }} end))
{%- endmacro %}
