{# How many customers entered each segment, and left it, on each day by the shop's calendar: of all spells, also of those that time alone will begin or end
   after the clock. A sum over spells, so that a renewal adds what came and takes away what went, and reads no spell that stands. #}
{{ config(materialized='renewed', keys=['segment', 'day']) }}
{%- set is_renewal = is_renewed() %}
{%- set counted = 'sum(case when is_standing then 1 else -1 end)' if is_renewal else 'count(*)' %}

with

spells as (

    select
        segment,
        {{ 'is_standing,' if is_renewal }}
        entered_at,
        left_at
    from {{ changes_of('int_segments__spells_unioned') if is_renewal else ref('int_segments__spells_unioned') }}

),

quarters as (

    select
        segment,
        {{ quarter_hour('entered_at') }} as quarter_at,
        {{ counted }} as entered_count,
        0 as left_count
    from spells
    group by
        segment,
        {{ quarter_hour('entered_at') }}

    union all

    select
        segment,
        {{ quarter_hour('left_at') }} as quarter_at,
        0 as entered_count,
        {{ counted }} as left_count
    from spells
    where left_at < {{ far_future() }}
    group by
        segment,
        {{ quarter_hour('left_at') }}

),

{# local dates are found once for each quarter of an hour #}
clocks as (

    select
        quarter_at,
        {{ local_date('quarter_at', default_timezone()) }} as day
    from quarters
    group by quarter_at

),

dated as (

    select
        quarters.segment,
        clocks.day,
        quarters.entered_count,
        quarters.left_count
    from quarters
    inner join clocks on quarters.quarter_at = clocks.quarter_at
    {%- if is_renewal %}

    union all

    select
        segment,
        day,
        entered_count,
        left_count
    from {{ this }}
    {%- endif %}

),

summed as (

    select
        ---------- strings
        segment,

        ---------- numbers
        cast(sum(entered_count) as bigint) as entered_count,
        cast(sum(left_count) as bigint) as left_count,

        ---------- dates
        day
    from dated
    group by
        segment,
        day
    having
        sum(entered_count) <> 0
        or sum(left_count) <> 0

)

select * from summed
