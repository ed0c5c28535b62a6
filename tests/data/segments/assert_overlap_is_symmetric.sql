{# A with B is B with A, and no more customers are in both than in the smaller of the two. #}
with

overlap as (

    select * from {{ ref('segment_overlap') }}

),

segments as (

    select * from {{ ref('segments') }}

)

select
    overlap.segment,
    overlap.other_segment,
    overlap.customers,
    mirrored.customers as mirrored_customers
from overlap
left join overlap as mirrored
    on overlap.segment = mirrored.other_segment
    and overlap.other_segment = mirrored.segment
inner join segments on overlap.segment = segments.segment
where mirrored.segment is null
    or overlap.customers <> mirrored.customers
    or overlap.jaccard <> mirrored.jaccard
    or overlap.customers > segments.size
