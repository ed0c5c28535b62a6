{# How many customers are in two segments at once, each pair in one order. A sum over customers, so that a renewal adds who came and takes away who
   went. Customers in the same segments share the same pairs, so they are looked at once. #}
{{ config(materialized='renewed', keys=['segment', 'other_segment']) }}
{%- set is_renewal = is_renewed() %}

with

listed as (

    select
        segments,
        {{ 'case when is_standing then 1 else -1 end' if is_renewal else '1' }} as customers
    from {{ changes_of('customer_segments') if is_renewal else ref('customer_segments') }}

),

definitions as (

    select * from {{ ref('segment_definitions') }}

),

alike as (

    select
        segments,
        row_number() over (order by segments) as number,
        sum(customers) as customers
    from listed
    group by segments
    having sum(customers) <> 0

),

members as (

    select
        alike.number,
        definitions.segment,
        alike.customers
    from alike
    inner join definitions on strpos(',' || alike.segments || ',', ',' || definitions.segment || ',') > 0

),

pairs as (

    select
        members.segment,
        others.segment as other_segment,
        sum(members.customers) as customers
    from members
    inner join members as others
        on members.number = others.number
        and members.segment < others.segment
    group by
        members.segment,
        others.segment
    {%- if is_renewal %}

    union all

    select
        segment,
        other_segment,
        customers
    from {{ this }}
    {%- endif %}

),

summed as (

    select
        ---------- strings
        segment,
        other_segment,

        ---------- numbers
        cast(sum(customers) as bigint) as customers
    from pairs
    group by
        segment,
        other_segment
    having sum(customers) <> 0

)

select * from summed
