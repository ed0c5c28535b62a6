{# The candidates of seeds/rules/segment_candidates.csv, each with its segment, the file of its rule, and its numbers by threshold; none while dbt parses,
   nor before the seeds were loaded once (a compile on an empty warehouse).
   Example:   {% for candidate in segment_candidates_to_play() %} #}
{% macro segment_candidates_to_play() -%}
    {%- set found = [] -%}
    {%- if execute and load_relation(relation_of('segment_candidates')) is not none -%}
        {%- set rows = run_query(
            'select candidates.segment, candidates.candidate, candidates.threshold, candidates.value, definitions.model'
            ~ ' from ' ~ relation_of('segment_candidates') ~ ' as candidates'
            ~ ' inner join ' ~ relation_of('segment_definitions') ~ ' as definitions on candidates.segment = definitions.segment'
            ~ ' order by ' ~ binary_order('candidates.segment') ~ ', ' ~ binary_order('candidates.candidate') ~ ', ' ~ binary_order('candidates.threshold')
        ).rows -%}
        {%- for row in rows -%}
            {%- if not found or (found[-1].segment, found[-1].name) != (row[0], row[1]) -%}
                {%- do found.append({'segment': row[0], 'name': row[1], 'model': row[4], 'numbers': {}}) -%}
            {%- endif -%}
            {%- do found[-1].numbers.update({row[2]: row[3] | string}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
