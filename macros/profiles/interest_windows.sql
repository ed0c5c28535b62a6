{# The ages by which interests are weighed, in days back from the clock: those of seeds/rules/affinity_decay.csv. What sums over them and what finds who left
   one (aged) must name the same.
   Example:   {% for days in interest_windows() %} #}
{% macro interest_windows() -%}
    {{ return([7, 30, 90, 365]) }}
{%- endmacro %}
