{# How much two segments share: customers in both, and the Jaccard measure (both over either). Each pair stands in both orders. #}
with

segments as (

    select * from {{ ref('segments') }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

),

listed as (

    select * from {{ ref('customer_segments') }}

),

{# customers in the same segments share the same pairs, so one of them speaks for all #}
alike as (

    select
        min(customer_id) as customer_id,
        count(*) as customers
    from listed
    group by segments

),

counted as (

    select
        memberships.customer_id,
        memberships.segment,
        alike.customers
    from memberships
    inner join alike on memberships.customer_id = alike.customer_id

),

pairs as (

    select
        counted.segment,
        others.segment as other_segment,
        cast(sum(counted.customers) as bigint) as customers
    from counted
    inner join counted as others
        on counted.customer_id = others.customer_id
        and counted.segment < others.segment
    group by
        counted.segment,
        others.segment

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
