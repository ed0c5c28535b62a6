{# The worst value that still earns a score of RFM, from seeds/rules/rfm_thresholds.csv, as a scalar subquery.
   Arguments: dimension (recency, frequency or monetary), score (2 to 5)
   Example:   case when purchases >= {{ rfm_line('frequency', 5) }} then 5 end #}
{% macro rfm_line(dimension, score) -%}
    (select threshold from {{ ref('rfm_thresholds') }} where dimension = '{{ dimension }}' and score = {{ score }})
{%- endmacro %}
