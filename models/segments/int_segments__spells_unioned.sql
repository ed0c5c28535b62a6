{# Every spell of every segment: who was in, from when to when, and why; and those that time alone will begin after the clock. Nothing is remembered
   between builds: the history follows from the facts, so a rebuild, a late day and a past clock all give the same (G21, G22). Who is in a segment by
   several values (several categories) is in it once, from the first to the last of them. #}
{{ config(
    materialized='renewed',
    touched='int_segments__members_touched',
    touched_keys=['customer_id'],
    keys=['customer_id', 'segment'],
    access='private',
) }}

{% set models = segment_models() -%}
{% set with_values = valued_segment_models() -%}

with

definitions as (

    select * from {{ ref('segment_definitions') }}

),

by_value as (

    {%- for model in with_values %}
    select
        customer_id,
        segment,
        entered_at as starts_at,
        left_at as ends_at,
        reason,
        exit_reason as ended_by
    from {{ touched('seg_' ~ model, by='int_segments__members_touched', keys=['customer_id']) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

merged as (

    {{ spells('by_value') }}

),

spells as (

    {%- for model in models if model not in with_values %}
    select
        segment,
        customer_id,
        reason,
        exit_reason,
        entered_at,
        left_at
    from {{ touched('seg_' ~ model, by='int_segments__members_touched', keys=['customer_id']) }}

    union all
    {% endfor %}

    select
        segment,
        customer_id,
        reason,
        exit_reason,
        entered_at,
        left_at
    from merged

),

known as (

    select
        ---------- ids
        spells.customer_id,

        ---------- strings
        spells.segment,
        spells.reason,
        spells.exit_reason,

        ---------- numbers
        definitions.rule_version,

        ---------- timestamps
        spells.entered_at,
        spells.left_at
    from spells
    inner join definitions on spells.segment = definitions.segment

)

select * from known
