{# The calendar date of a moment in a time zone; null when the zone is null or unknown.
   Arguments: expr (timestamp in UTC), zone_expr (text: a column, or a quoted literal)
   Example:   {{ local_date('occurred_at', 'timezone') }} as occurred_on #}
{% macro local_date(expr, zone_expr) -%}
    cast({{ as_local(expr, zone_expr) }} as date)
{%- endmacro %}
