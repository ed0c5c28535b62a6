{# A whole number of the profile rules, from seeds/rules/profile_settings.csv, as a scalar subquery.
   Arguments: topic, setting (text)
   Example:   {{ add_days(as_of(), '-' ~ profile_count('rfm', 'window_days')) }} #}
{% macro profile_count(topic, setting) -%}
    (select cast(value as integer) from {{ ref('profile_settings') }} where topic = '{{ topic }}' and setting = '{{ setting }}')
{%- endmacro %}
