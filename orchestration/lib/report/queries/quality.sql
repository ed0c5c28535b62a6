-- How good the customers are at each level of certainty: against labels where there are any, and their sizes.
select measure, level, value
from identity.identity_quality
