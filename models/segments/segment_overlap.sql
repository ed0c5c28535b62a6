{# How much two segments share: customers in both, and the Jaccard measure (both over either). Each pair stands in both orders. #}
with

segments as (

    select * from {{ ref('segments') }}

),

pairs as (

    select * from {{ ref('int_segments__pairs_counted') }}

),

{# a pair is counted in one order, and told in both #}
shared as (

    select
        segment,
        other_segment,
        customers
    from pairs

    union all

    select
        other_segment as segment,
        segment as other_segment,
        customers
    from pairs

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
