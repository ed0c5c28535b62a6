{# The windows of the profile, in days back from the clock. What counts over them and what finds who left one (aged) must name the same.
   Example:   {% for days in profile_windows() %} #}
{% macro profile_windows() -%}
    {{ return([1, 7, 30, 90, 365]) }}
{%- endmacro %}
