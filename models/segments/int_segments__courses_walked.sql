{# Which segment of each group a customer was in at the beginning of each of the last months, by its rank in the group: of two segments at once, the lower. Nobody
   who was in none of them all the while. #}
{{ config(materialized='renewed', touched='int_segments__courses_touched', touched_keys=['customer_id']) }}
{% set month_numbers = range(var('segment_months') + 1) | list -%}

with

definitions as (

    select * from {{ ref('segment_definitions') }}
    where segment_group in ({% for group in var('segment_flow_groups') %}'{{ group }}'{{ ', ' if not loop.last }}{% endfor %})

),

{# few segments are in a group: the others are left out before every month is looked at #}
spells as (

    select * from {{ touched('int_segments__spells_unioned', by='int_segments__courses_touched', keys=['customer_id']) }}
    where segment in (select definitions.segment from definitions)

),

months as (

    select * from {{ ref('int_segments__months_listed') }}

),

{# one row, so that each spell meets all months at once #}
beginnings as (

    select
        {%- for ago in month_numbers %}
        max(case when months_ago = {{ ago }} then begins_at end) as begins_{{ ago }}_at,
        {%- endfor %}
        count(*) as months
    from months

),

walked as (

    select
        ---------- ids
        spells.customer_id,

        ---------- strings
        definitions.segment_group,

        ---------- numbers
        {%- for ago in month_numbers %}
        min(case when spells.entered_at <= beginnings.begins_{{ ago }}_at and spells.left_at > beginnings.begins_{{ ago }}_at then definitions.group_rank end) as rank_{{ ago }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from spells
    inner join definitions on spells.segment = definitions.segment
    cross join beginnings
    group by
        spells.customer_id,
        definitions.segment_group

),

known as (

    select * from walked
    where coalesce({% for ago in month_numbers %}rank_{{ ago }}{{ ', ' if not loop.last }}{% endfor %}) is not null

)

select * from known
