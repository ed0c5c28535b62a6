{# The median of a group as one of its values (the lower of two middle ones), so that no engine has to divide.
   Arguments: expr (number, date or timestamp; null values are left out)
   Example:   {{ median_exact('days_to_next_order') }} as typical_days #}
{% macro median_exact(expr) -%}
    percentile_disc(0.5) within group (order by {{ expr }})
{%- endmacro %}
