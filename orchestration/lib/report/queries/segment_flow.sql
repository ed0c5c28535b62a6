-- Where those who were in a life-cycle segment (G1 to G5) 30 days before the clock are at the clock; 'none' is in none of them.
with

clock as (
    select max(ends_at) as as_of from profiles.days
),

states as (
    select
        changes.customer_id,
        changes.segment,
        sum(case when change = 'entered' then 1 else -1 end) as is_in_now,
        coalesce(sum(
            case
                when changed_at > clock.as_of - interval '30 days' then 0
                when change = 'entered' then 1
                else -1
            end
        ), 0) as was_in
    from segments.segment_changes as changes
    inner join segments.segments
        on changes.segment = segments.segment
        and segments.requirement in ('G1', 'G2', 'G3', 'G4', 'G5')
    cross join clock
    group by changes.customer_id, changes.segment
),

then_in as (
    select customer_id, segment from states where was_in > 0
),

now_in as (
    select customer_id, segment, case when was_in > 0 then 0 else 1 end as is_new
    from states
    where is_in_now > 0
),

touched as (
    select customer_id, max(was_in) as was_in_any, max(is_in_now) as is_in_any
    from states
    group by customer_id
),

moved as (
    select then_in.segment, now_in.segment as now_segment, count(*) as customers, sum(is_new) as newcomers
    from then_in
    inner join now_in on then_in.customer_id = now_in.customer_id
    group by then_in.segment, now_in.segment

    union all

    select then_in.segment, 'none' as now_segment, count(*) as customers, count(*) as newcomers
    from then_in
    inner join touched on then_in.customer_id = touched.customer_id and touched.is_in_any = 0
    group by then_in.segment

    union all

    select 'none' as segment, now_in.segment as now_segment, count(*) as customers, sum(is_new) as newcomers
    from now_in
    inner join touched on now_in.customer_id = touched.customer_id and touched.was_in_any = 0
    group by now_in.segment
),

sizes as (
    select segment, count(*) as size from then_in group by segment
)

select moved.segment, moved.now_segment, moved.customers, moved.newcomers, sizes.size
from moved
left join sizes on moved.segment = sizes.segment
