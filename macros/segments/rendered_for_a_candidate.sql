{# The SQL of a segment's own model with a candidate's numbers in place of the thresholds it names.
   Arguments: candidate (one of segment_candidates_to_play)
   Example:   select * from ({{ rendered_for_a_candidate(candidate) }}) as played #}
{% macro rendered_for_a_candidate(candidate) -%}
    {%- set code = graph.nodes['model.tekil.seg_' ~ candidate.model].raw_code -%}
    {%- set told = 'tekil.candidate_number(' ~ candidate | tojson ~ ', ' -%}
    {%- set code = code | replace('threshold_count(', told ~ "'integer', ") -%}
    {%- set code = modules.re.sub('\\bthreshold\\(', (told ~ "'numeric(18, 4)', ").replace('\\', '\\\\'), code) -%}
    {%- set code = modules.re.sub('\\brfm_line\\(', (told ~ "'line', ").replace('\\', '\\\\'), code) -%}
    {{ return(render(code | replace("of_touched('", "tekil.of_played('") | replace("ref('", "tekil.relation_of('"))) }}
{%- endmacro %}
