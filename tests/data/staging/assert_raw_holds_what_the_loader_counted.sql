{# Each raw table holds as many rows as the loader says it loaded, and each quarantined row is kept with a reason. #}
with

tables as (

    select distinct
        source,
        table_name
    from {{ ref('landing_columns') }}

),

landed as (

    {%- set tables = run_query("select distinct source, table_name from " ~ ref('landing_columns') ~ " order by 1, 2").rows if execute else [] %}
    {%- for table in tables %}
    select '{{ table[0] }}' as source, '{{ table[1] }}' as table_name, count(*) as rows_found
    from {{ source('raw', 'quarantine').incorporate(path={'identifier': table[0] ~ '__' ~ table[1]}) }}
    union all
    {%- endfor %}
    select '' as source, '' as table_name, 0 as rows_found where false

),

quarantined as (

    select
        source,
        table_name,
        count(*) as rows_kept,
        count(reason) as reasons_kept
    from {{ source('raw', 'quarantine') }}
    group by
        source,
        table_name

),

counts as (

    select * from {{ source('ops', 'row_counts') }}

)

select
    tables.source,
    tables.table_name,
    counts.rows_loaded,
    landed.rows_found,
    counts.rows_quarantined,
    quarantined.rows_kept
from tables
left join counts
    on tables.source = counts.source
    and tables.table_name = counts.table_name
left join landed
    on tables.source = landed.source
    and tables.table_name = landed.table_name
left join quarantined
    on tables.source = quarantined.source
    and tables.table_name = quarantined.table_name
where counts.rows_loaded is distinct from landed.rows_found
    or coalesce(counts.rows_quarantined, 0) <> coalesce(quarantined.rows_kept, 0)
    or coalesce(quarantined.reasons_kept, 0) <> coalesce(quarantined.rows_kept, 0)
