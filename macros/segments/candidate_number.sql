{# What a rule reads when a candidate is played: the candidate's number where it names one, else the threshold that holds.
   Arguments: candidate (one of segment_candidates_to_play), kind (integer, numeric(18, 4), or line for a line of RFM),
              owner (segment, file, or dimension of RFM), name (of the threshold, or score of RFM)
   Example:   {{ candidate_number(candidate, 'integer', 'active', 'window_days') }} #}
{% macro candidate_number(candidate, kind, owner, name) -%}
    {%- if kind == 'line' -%}
        {%- set number = candidate.numbers[owner ~ '_' ~ name] -%}
    {%- elif owner in (candidate.segment, candidate.model) -%}
        {%- set number = candidate.numbers[name] -%}
    {%- endif -%}
    {%- if number -%}
        cast({{ number }} as {{ 'numeric(18, 4)' if kind == 'line' else kind }})
    {%- elif kind == 'line' -%}
        {{ rfm_line(owner, name) }}
    {%- elif kind == 'integer' -%}
        {{ threshold_count(owner, name) }}
    {%- else -%}
        {{ threshold(owner, name) }}
    {%- endif -%}
{%- endmacro %}
