-- Orders and net revenue (base currency) of the last 13 months, by month of TEKIL_TIMEZONE; the running month is marked.
with

months as (
    select
        month,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at,
        max(case when is_over then day end) as last_whole_day
    from profiles.days
    group by month
)

select
    months.month,
    sum(case when orders.is_purchase then 1 else 0 end) as orders,
    coalesce(sum(orders.net_amount_base), 0) as revenue,
    -- the month is over when the day after its last whole day is a first
    coalesce(extract(day from months.last_whole_day + 1), 0) = 1 as is_over
from months
left join profiles.customer_orders as orders
    on orders.ordered_at >= months.starts_at
    and orders.ordered_at < months.ends_at
where months.month > (select max(day) from profiles.days) - interval '13 months'
group by months.month, months.last_whole_day
