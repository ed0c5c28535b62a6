-- What each source sent: rows in = loaded + replaced + quarantined, files refused, and the newest load that brought a row (UTC).
with

counts as (
    select
        source,
        sum(rows_read) as rows_read,
        sum(rows_loaded) as rows_loaded,
        sum(rows_replaced) as rows_replaced,
        sum(rows_quarantined) as rows_quarantined
    from ops.row_counts
    group by source
),

files as (
    select
        source,
        sum(case when status = 'rejected' then 1 else 0 end) as files_rejected,
        max(case when rows_loaded + rows_replaced > 0 then loaded_at end) as loaded_at
    from ops.load_files
    group by source
)

select
    counts.source,
    counts.rows_read,
    counts.rows_loaded,
    counts.rows_replaced,
    counts.rows_quarantined,
    coalesce(files.files_rejected, 0) as files_rejected,
    files.loaded_at
from counts
left join files on counts.source = files.source
where counts.rows_read > 0 or files.files_rejected > 0
