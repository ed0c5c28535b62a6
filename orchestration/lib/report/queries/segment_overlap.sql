-- What each two segments share at the clock: customers in both, and the Jaccard measure (in both over in either).
select segment, other_segment, customers, jaccard
from segments.segment_overlap
