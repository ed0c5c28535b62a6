-- How many were in each segment at the end of each of the last 365 days: entries less exits up to then.
with

changes as (
    select
        segment,
        changed_at as moment,
        sum(case when change = 'entered' then 1 else -1 end) as step
    from segments.segment_changes
    group by segment, changed_at
),

-- day ends stand among the changes on one line of time, so that one running sum gives the size at each of them
line as (
    select segment, moment, step, null as day
    from changes

    union all

    select segments.segment, days.ends_at as moment, 0 as step, days.day
    from segments.segments
    cross join profiles.days
),

summed as (
    select
        segment,
        day,
        cast(sum(step) over (partition by segment order by moment range unbounded preceding) as bigint) as size
    from line
)

select segment, day, size
from summed
where day > (select max(day) from profiles.days) - 365
