-- The clock of the build, and when the newest row was loaded (both UTC).
select
    (select max(ends_at) from profiles.days) as as_of,
    (select max(refreshed_at) from segments.segments) as refreshed_at
