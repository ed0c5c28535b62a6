-- Buyers of the RFM window by their scores for recency and frequency, with their net spend of the window.
select
    recency_score,
    frequency_score,
    count(*) as customers,
    sum(monetary_amount) as spend
from profiles.customer_rfm
where frequency_count > 0
group by recency_score, frequency_score
