-- What customers did of their own accord, and what was bought, in the last 90 days, by channel; channels we do not know are one.
with

clock as (
    select max(ends_at) as as_of from profiles.days
),

acts as (
    select channel, count(*) as acts, 0 as orders, 0 as revenue
    from profiles.customer_events
    cross join clock
    where is_own_act and occurred_at > as_of - interval '90 days'
    group by channel
),

sales as (
    select
        channel,
        0 as acts,
        sum(case when is_purchase then 1 else 0 end) as orders,
        coalesce(sum(net_amount_base), 0) as revenue
    from profiles.customer_orders
    cross join clock
    where ordered_at > as_of - interval '90 days'
    group by channel
),

both_sides as (
    select * from acts
    union all
    select * from sales
),

-- a sender may write anything in a channel, and nothing of that reaches the page
named as (
    select
        case
            when channel in (
                'web', 'app', 'kiosk', 'tablet', 'store', 'email', 'sms', 'push', 'whatsapp', 'onsite', 'call', 'service', 'social'
            ) then channel
            else 'other'
        end as channel,
        acts,
        orders,
        revenue
    from both_sides
)

select channel, sum(acts) as acts, sum(orders) as orders, sum(revenue) as revenue
from named
group by channel
