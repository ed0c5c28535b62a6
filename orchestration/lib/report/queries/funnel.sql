-- Visits of the last 30 days by device, and how far they came: a visit that reached a step is counted in the steps before it too.
with

clock as (
    select max(ends_at) as as_of from profiles.days
),

visits as (
    select
        session_id,
        max(case
            when device_type in ('mobile', 'ios', 'android') then 'mobile'
            when device_type in ('desktop', 'tablet', 'kiosk') then device_type
            when device_type is not null then 'other'
        end) as device,
        max(case event_kind when 'order' then 4 when 'checkout' then 3 when 'cart' then 2 when 'view' then 1 else 0 end) as step
    from profiles.customer_events
    cross join clock
    where session_id is not null and occurred_at > as_of - interval '30 days'
    group by session_id
)

select
    coalesce(device, 'unknown') as device,
    count(*) as visits,
    sum(case when step >= 1 then 1 else 0 end) as viewed,
    sum(case when step >= 2 then 1 else 0 end) as put_in_cart,
    sum(case when step >= 3 then 1 else 0 end) as checked_out,
    sum(case when step >= 4 then 1 else 0 end) as ordered
from visits
group by coalesce(device, 'unknown')
