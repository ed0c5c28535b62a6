{# The local time of every event is what the engine itself answers for its time zone (X2): the ranges of the clocks left nothing out. One event per zone and hour, of its
   first half: clocks may move at the half hour, and never within it. #}
with

hours as (

    select
        timezone,
        min(occurred_at) as occurred_at,
        min(occurred_at_local) as occurred_at_local
    from {{ ref('customer_events') }}
    where extract(minute from occurred_at) < 30
    group by
        timezone,
        date_trunc('hour', occurred_at)

)

select *
from hours
where occurred_at_local is distinct from {{ as_local('occurred_at', 'timezone') }}
