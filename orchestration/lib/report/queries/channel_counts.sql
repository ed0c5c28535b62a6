-- Known customers by the number of channels on which they acted, and what they bought in 365 days (base currency).
select
    case when channel_count > 4 then 4 else channel_count end as channels,
    count(*) as customers,
    sum(case when orders_365d_count > 0 then 1 else 0 end) as buyers,
    sum(orders_365d_count) as orders,
    sum(spend_365d_amount) as spend
from profiles.customers
where is_known
group by case when channel_count > 4 then 4 else channel_count end
