{# The spells that each candidate of seeds/rules/segment_candidates.csv would give: the very model of the segment, rendered with the candidate's numbers (G22).
   As the segment's own table it has spells that time alone will begin after the clock. #}
-- depends_on: {{ ref('int_segments__spells_unioned') }} {{ ref('segment_candidates') }} {{ ref('segment_thresholds') }} {{ ref('rfm_thresholds') }}
-- depends_on: {{ ref('int_segments__played_touched') }} {{ ref('int_segments__reads_planned') }}
{{ config(materialized='renewed', touched='int_segments__played_touched', touched_keys=['customer_id']) }}

{% set candidates = segment_candidates_to_play() -%}

with

played as (

    {%- for candidate in candidates %}
    {%- set intervals -%}
    (
        select
            customer_id,
            segment,
            reason,
            entered_at as starts_at,
            left_at as ends_at
        from (
            {{ rendered_for_a_candidate(candidate) }}
        ) as rendered
        where segment = '{{ candidate.segment }}'
    )
    {%- endset %}
    {# values of a segment are merged here as they are in the union of all spells #}
    select
        '{{ candidate.name }}' as candidate,
        segment,
        customer_id,
        entered_at,
        left_at
    from ({{ spells(intervals, ended_by="'played'") }}) as candidate_{{ loop.index }}

    union all
    {% endfor %}

    {# without a candidate the table is empty #}
    select
        cast(null as {{ dbt.type_string() }}) as candidate,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as timestamp) as entered_at,
        cast(null as timestamp) as left_at

),

told as (

    select * from played
    where candidate is not null

)

select * from told
