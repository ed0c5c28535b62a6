-- The segments, and how many are in each at the clock.
select segment, requirement, description, size
from segments.segments
