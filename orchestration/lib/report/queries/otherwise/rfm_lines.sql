-- The lines of rfm.sql beside this file.
select 'recency' as dimension, 5 as score, 30 as threshold
union all select 'recency', 4, 60
union all select 'recency', 3, 120
union all select 'recency', 2, 180
union all select 'frequency', 5, 8
union all select 'frequency', 4, 5
union all select 'frequency', 3, 3
union all select 'frequency', 2, 2
