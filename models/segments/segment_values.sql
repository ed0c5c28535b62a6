{# For which value is a customer in a segment now: the category somebody likes, the city somebody lives in. The audience of one category is one filter.
   A view: it says what the segments' own tables say, of those who are in now. #}
{{ config(materialized='view') }}
with

definitions as (

    select * from {{ ref('segment_definitions') }}

),

spells as (

    {%- for model in valued_segment_models() %}
    select
        segment,
        customer_id,
        value,
        reason,
        entered_at,
        left_at
    from {{ ref('seg_' ~ model) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

current_spells as (

    select
        ---------- ids
        spells.customer_id,

        ---------- strings
        spells.segment,
        spells.value,
        spells.reason,

        ---------- numbers
        definitions.rule_version,

        ---------- timestamps
        spells.entered_at
    from spells
    inner join definitions on spells.segment = definitions.segment
    where
        spells.entered_at <= {{ as_of() }}
        and spells.left_at > {{ as_of() }}

)

select * from current_spells
