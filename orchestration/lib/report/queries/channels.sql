-- What customers did of their own accord, and what was bought, in the last 90 days, by channel.
with

clock as (
    select max(ends_at) as as_of from profiles.days
),

acts as (
    select channel, count(*) as acts
    from profiles.customer_events
    cross join clock
    where is_own_act and occurred_at > as_of - interval '90 days'
    group by channel
),

sales as (
    select
        channel,
        sum(case when is_purchase then 1 else 0 end) as orders,
        sum(net_amount_base) as revenue
    from profiles.customer_orders
    cross join clock
    where ordered_at > as_of - interval '90 days'
    group by channel
)

select
    coalesce(acts.channel, sales.channel) as channel,
    coalesce(acts.acts, 0) as acts,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.revenue, 0) as revenue
from acts
full join sales on acts.channel = sales.channel
