-- Buyers of 365 days by recency (days since the last purchase) and frequency (purchases), with their net spend of 365 days.
with

scored as (
    select
        case
            when days_since_last_order_count <= 30 then 5
            when days_since_last_order_count <= 60 then 4
            when days_since_last_order_count <= 120 then 3
            when days_since_last_order_count <= 180 then 2
            else 1
        end as recency_score,
        case
            when orders_365d_count >= 8 then 5
            when orders_365d_count >= 5 then 4
            when orders_365d_count >= 3 then 3
            when orders_365d_count >= 2 then 2
            else 1
        end as frequency_score,
        spend_365d_amount
    from profiles.customers
    where orders_365d_count > 0
)

select
    recency_score,
    frequency_score,
    count(*) as customers,
    sum(spend_365d_amount) as spend
from scored
group by recency_score, frequency_score
