{# Rows in are rows loaded, replaced or quarantined, whatever system or spreadsheet they come from (S11): a row that vanished between file and table would be data lost in silence. #}
select
    source,
    table_name,
    rows_read,
    rows_loaded,
    rows_replaced,
    rows_quarantined
from {{ source('ops', 'row_counts') }}
where rows_read <> rows_loaded + rows_replaced + rows_quarantined
