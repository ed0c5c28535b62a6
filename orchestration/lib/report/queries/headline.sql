-- The headline numbers; windows count back from the clock and are half open. dbt's metrics of the same names mean the same.
with

clock as (
    select max(ends_at) as as_of from profiles.days
),

people as (
    select
        sum(case when is_known then 1 else 0 end) as known_customers,
        sum(case when is_known then 0 else 1 end) as anonymous_visitors,
        sum(case when is_known and days_since_last_active_count < 30 then 1 else 0 end) as active_customers,
        sum(case when orders_count >= 1 then 1 else 0 end) as buyers,
        sum(case when orders_count >= 2 then 1 else 0 end) as repeat_buyers
    from profiles.customers
),

sales as (
    select
        sum(case when is_purchase and ordered_at > as_of - interval '30 days' then 1 else 0 end) as orders_30d,
        sum(case when is_purchase and ordered_at <= as_of - interval '30 days' then 1 else 0 end) as orders_30d_before,
        sum(case when ordered_at > as_of - interval '30 days' then net_amount_base end) as revenue_30d,
        sum(case when ordered_at <= as_of - interval '30 days' then net_amount_base end) as revenue_30d_before
    from profiles.customer_orders
    cross join clock
    where ordered_at > as_of - interval '60 days'
),

sales_of_the_year as (
    select
        sum(case when is_purchase then 1 else 0 end) as orders_365d,
        sum(net_amount_base) as revenue_365d,
        sum(case when is_purchase then net_amount_base end) as purchase_revenue_365d
    from profiles.customer_orders
    cross join clock
    where ordered_at > as_of - interval '365 days'
),

visits as (
    select
        count(*) as cart_sessions_30d,
        sum(case when orders = 0 then 1 else 0 end) as abandoned_cart_sessions_30d
    from profiles.customer_sessions
    cross join clock
    where carts > 0 and started_at > as_of - interval '30 days'
)

select *
from people
cross join sales
cross join sales_of_the_year
cross join visits
