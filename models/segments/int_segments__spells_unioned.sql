{# Every spell of every segment: who was in, from when to when, and why. Nothing is remembered between builds: the history follows
   from the facts, so a rebuild, a late day and a past clock all give the same (G21, G22). #}
{{ config(materialized='table', access='private') }}

{% set segments = [
    'new',
    'active',
    'at_risk',
    'lost',
    'vip',
    'viewed_not_bought',
    'cart_forgotten',
    'searched_category',
    'active_7_days',
] -%}

with

definitions as (

    select * from {{ ref('segment_definitions') }}

),

spells as (

    {%- for segment in segments %}
    select
        '{{ segment }}' as segment,
        customer_id,
        reason,
        entered_at,
        left_at
    from {{ ref('seg_' ~ segment) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

known as (

    select
        spells.segment,
        spells.customer_id,
        spells.reason,
        definitions.rule_version,
        spells.entered_at,
        spells.left_at
    from spells
    inner join definitions on spells.segment = definitions.segment
    where spells.entered_at <= {{ as_of() }}

)

select * from known
