-- Orders and net revenue (base currency) of the last 13 months of TEKIL_TIMEZONE; the running month is marked.
with

months as (
    select
        month,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at,
        -- over when the day after its last whole day is a first
        coalesce(extract(day from max(case when is_over then day end) + 1), 0) = 1 as is_over
    from profiles.days
    where month > (select max(day) from profiles.days) - interval '13 months'
    group by month
)

select
    months.month,
    sum(case when orders.is_purchase then 1 else 0 end) as orders,
    coalesce(sum(orders.net_amount_base), 0) as revenue,
    months.is_over
from months
left join profiles.customer_orders as orders
    on orders.ordered_at >= months.starts_at
    and orders.ordered_at < months.ends_at
group by months.month, months.is_over
