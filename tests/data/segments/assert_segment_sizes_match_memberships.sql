{# The size of a segment is the number of its members, and every defined segment is listed. #}
with

definitions as (

    select * from {{ ref('segment_definitions') }}

),

segments as (

    select * from {{ ref('segments') }}

),

counted as (

    select
        segment,
        count(distinct customer_id) as members
    from {{ ref('segment_memberships') }}
    group by segment

)

select
    definitions.segment,
    segments.size,
    counted.members
from definitions
left join segments on definitions.segment = segments.segment
left join counted on definitions.segment = counted.segment
where segments.segment is null
    or segments.size <> coalesce(counted.members, 0)
