{# What this run has to read: of each landed table that gives evidence, the rows loaded since the last run that ended, or all of them.
   The first step of a run, as int_identity__run_settled is the last: what stands between them builds on the last run only if that one ended. #}
{{ config(materialized='table') }}
{%- set rules = [
    ref('identifier_types'),
    ref('identifier_limits'),
    ref('identifier_denylist'),
    ref('given_name_variants'),
    ref('identity_overrides'),
] %}
{%- set acts = execute and flags.WHICH in ['build', 'run', 'retry'] %}
{%- set fingerprint = tekil.fingerprint_of_run(rules) if acts else '' %}
{%- set reason = tekil.reasons_to_read_everything(fingerprint) if acts else 'nothing runs' %}
{%- set former = load_relation(this) if acts else none %}
{%- set run_number = (run_query('select max(run_number) from ' ~ former).rows[0][0] | int + 1) if former is not none else 1 %}

with

load_runs as (

    select * from {{ source('ops', 'load_runs') }}

),

load_files as (

    select * from {{ source('ops', 'load_files') }}

),

overrides as (

    select * from {{ source('ops', 'identity_overrides') }}

),

settled as (

    {% if not reason -%}
    select
        source,
        table_name,
        load_id,
        drift
    from {{ tekil.relation_of('int_identity__run_settled') }}
    {%- else -%}
    select
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as bigint) as load_id,
        cast(null as bigint) as drift
    where false
    {%- endif %}

),

{# a load that still runs may write more rows under its number: they are read again next time #}
finished as (

    select coalesce(min(case when status = 'running' then load_id end) - 1, max(load_id), 0) as load_id
    from load_runs

),

decided as (

    select count(*) as override_count
    from overrides

),

landed as (

    {%- for table in tekil.evidence_origins() %}
    select
        '{{ table.source }}' as source,
        '{{ table.table_name }}' as table_name,
        count(*) as row_count
    from {{ source('raw', table.source ~ '__' ~ table.table_name) }}
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

loaded as (

    select
        source,
        table_name,
        sum(rows_loaded) as row_count
    from load_files
    group by
        source,
        table_name

),

{# the loader counts every row it adds, so a difference that moves means that rows were added or deleted by hand #}
counted as (

    select
        landed.source,
        landed.table_name,
        cast(landed.row_count - coalesce(loaded.row_count, 0) as bigint) as drift
    from landed
    left join loaded
        on landed.source = loaded.source
        and landed.table_name = loaded.table_name

),

planned as (

    select
        counted.source,
        counted.table_name,
        cast({{ run_number }} as bigint) as run_number,
        cast(finished.load_id as bigint) as load_id,
        cast(coalesce(settled.load_id, 0) as bigint) as former_load_id,
        counted.drift,
        cast(decided.override_count as bigint) as override_count,
        {{ 'false' if reason else 'true' }} as is_renewal,
        settled.drift is null or settled.drift <> counted.drift as is_whole,
        '{{ fingerprint }}' as fingerprint,
        '{{ reason }}' as reason
    from counted
    cross join finished
    cross join decided
    left join settled
        on counted.source = settled.source
        and counted.table_name = settled.table_name

)

select * from planned
