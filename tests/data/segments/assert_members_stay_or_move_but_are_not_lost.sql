{# Who is in a segment at the beginning of a month by the flows of the month before is in it by those of the month itself: arrivals are next month's departures. #}
with

flows as (

    select * from {{ ref('segment_flows') }}

),

months as (

    select
        months_ago,
        month
    from {{ ref('int_segments__months_listed') }}

),

arrived as (

    select
        flows.segment_group,
        flows.to_segment as segment,
        months.months_ago - 1 as months_ago,
        sum(flows.customers) as customers
    from flows
    inner join months on flows.month = months.month
    where months.months_ago > 1
    group by
        flows.segment_group,
        flows.to_segment,
        months.months_ago - 1

),

departed as (

    select
        flows.segment_group,
        flows.from_segment as segment,
        months.months_ago,
        sum(flows.customers) as customers
    from flows
    inner join months on flows.month = months.month
    where months.months_ago < {{ var('segment_months') }}
    group by
        flows.segment_group,
        flows.from_segment,
        months.months_ago

)

select
    coalesce(arrived.segment_group, departed.segment_group) as segment_group,
    coalesce(arrived.segment, departed.segment) as segment,
    coalesce(arrived.months_ago, departed.months_ago) as months_ago,
    arrived.customers as arrived_customers,
    departed.customers as departed_customers
from arrived
full outer join departed
    on arrived.segment_group = departed.segment_group
    and arrived.segment = departed.segment
    and arrived.months_ago = departed.months_ago
where coalesce(arrived.segment, departed.segment) <> 'none'
    and coalesce(arrived.customers, 0) <> coalesce(departed.customers, 0)
