-- The lines between the scores: days at most for recency, purchases at least for frequency; score 1 has none.
select dimension, score, threshold
from rules.rfm_thresholds
where dimension in ('recency', 'frequency')
