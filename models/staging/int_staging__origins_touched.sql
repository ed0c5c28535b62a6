{# Which origins of evidence a renewal looks at again: those of rows loaded since the last run that ended, and those that replaced rows had before. Of a
   table from which rows vanished, all. Empty where everything is made anew. Holds plain values: staging only. #}
{{ config(materialized='table') }}
{%- set is_renewal = is_renewed() %}
{%- set evidence = load_relation(tekil.relation_of('int_staging__evidence_unioned')) if is_renewal else none %}
{%- set plan = run_query('select source, table_name, former_load_id, is_whole from ' ~ ref('int_staging__reads_planned')).rows if is_renewal else [] %}

with

moved as (

    select * from {{ source('raw', 'moved_origins') }}

),

nothing as (

    select
        source,
        table_name,
        origin
    from moved
    where false

),

told as (

    select * from nothing
    {%- for table in tekil.evidence_origins() %}
    {%- for row in plan if row[0] == table.source and row[1] == table.table_name %}
    {%- for origin in table.origins %}

    union all

    select
        '{{ table.source }}' as source,
        '{{ table.table_name }}' as table_name,
        cast({{ origin }} as {{ dbt.type_string() }}) as origin
    from {{ source('raw', table.source ~ '__' ~ table.table_name) }}
    {%- if not row[3] %}
    where _load_id > {{ row[2] }}
    {%- endif %}
    {%- endfor %}
    {%- if row[3] %}

    union all

    select
        source,
        table_name,
        origin
    from {{ evidence }}
    where
        source = '{{ table.source }}'
        and table_name = '{{ table.table_name }}'
    {%- else %}
    {#- the loader writes down a cookie as it is, and an account as it is, too #}
    {%- for written in (['origin', strip_blanks('origin')] if table.source == 'tracker' else ['origin']) %}

    union all

    select
        source,
        table_name,
        {{ written }} as origin
    from moved
    where
        source = '{{ table.source }}'
        and table_name = '{{ table.table_name }}'
        and _load_id > {{ row[2] }}
    {%- endfor %}
    {%- endif %}
    {%- endfor %}
    {%- endfor %}

),

touched as (

    select distinct
        source,
        table_name,
        origin
    from told
    where origin is not null

)

select * from touched
