-- Of the customers who first bought in a month, how many bought again in each later month; whole months of TEKIL_TIMEZONE only.
with

months as (
    select
        month,
        cast(extract(year from month) * 12 + extract(month from month) as integer) as number,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from profiles.days
    where month > (select max(day) from profiles.days) - interval '13 months'
    group by month
    -- over when the day after its last whole day is a first
    having extract(day from max(case when is_over then day end) + 1) = 1
),

cohorts as (
    select customers.customer_id, months.month, months.number
    from profiles.customers
    inner join months
        on customers.first_ordered_at >= months.starts_at
        and customers.first_ordered_at < months.ends_at
),

purchases as (
    select distinct orders.customer_id, months.number
    from profiles.customer_orders as orders
    inner join months
        on orders.ordered_at >= months.starts_at
        and orders.ordered_at < months.ends_at
    where orders.is_purchase and orders.customer_id is not null
)

select
    cohorts.month,
    purchases.number - cohorts.number as months_since,
    count(*) as customers
from cohorts
inner join purchases on cohorts.customer_id = purchases.customer_id
group by cohorts.month, purchases.number - cohorts.number
