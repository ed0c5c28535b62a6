-- The readiness dial: known customers seen as one profile on two or more channels.
select customers, customers_on_two_channels, anonymous_visitors, share, threshold, is_ready, reason
from identity.identity_readiness
