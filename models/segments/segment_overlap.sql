{# How much two segments share: customers in both, and the Jaccard measure (both over either). Each pair stands in both orders. #}
with

segments as (

    select * from {{ ref('segments') }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

),

shared as (

    select
        memberships.segment,
        others.segment as other_segment,
        count(*) as customers
    from memberships
    inner join memberships as others
        on memberships.customer_id = others.customer_id
        and memberships.segment <> others.segment
    group by
        memberships.segment,
        others.segment

),

overlap as (

    select
        ---------- strings
        segments.segment,
        other_segments.segment as other_segment,

        ---------- numbers
        coalesce(shared.customers, 0) as customers,
        coalesce({{ divide('coalesce(shared.customers, 0)', '(segments.size + other_segments.size - coalesce(shared.customers, 0))', 4) }}, 0) as jaccard
    from segments
    inner join segments as other_segments on segments.segment <> other_segments.segment
    left join shared
        on segments.segment = shared.segment
        and other_segments.segment = shared.other_segment

)

select * from overlap
