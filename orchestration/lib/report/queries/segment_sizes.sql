-- How many were in each segment at the end of each of the last 365 days of TEKIL_TIMEZONE.
select segment, day, size
from segments.segment_sizes
where
    day > (select max(day) from profiles.days) - 365
    and day <= (select max(day) from profiles.days)
