{# A number of the profile rules, from seeds/rules/profile_settings.csv, as a scalar subquery.
   Arguments: topic, setting (text)
   Example:   score >= {{ profile_setting('affinity', 'like_min_score') }} #}
{% macro profile_setting(topic, setting) -%}
    (select cast(value as numeric(18, 4)) from {{ ref('profile_settings') }} where topic = '{{ topic }}' and setting = '{{ setting }}')
{%- endmacro %}
