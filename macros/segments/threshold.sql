{# A threshold of a segment, from seeds/rules/segment_thresholds.csv, as a scalar subquery.
   Arguments: segment, name (text)
   Example:   {{ add_days('ordered_at', threshold('new', 'window_days')) }} #}
{% macro threshold(segment, name) -%}
    (select cast(value as numeric(18, 4)) from {{ ref('segment_thresholds') }} where segment = '{{ segment }}' and threshold = '{{ name }}')
{%- endmacro %}

{# The same for a whole number of days, minutes or orders. #}
{% macro threshold_count(segment, name) -%}
    (select cast(value as integer) from {{ ref('segment_thresholds') }} where segment = '{{ segment }}' and threshold = '{{ name }}')
{%- endmacro %}
