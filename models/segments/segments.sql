{# The list of segments: what each means, whose it is, how many are in it now. #}
with

definitions as (

    select * from {{ ref('segment_definitions') }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

),

load_files as (

    select * from {{ source('ops', 'load_files') }}

),

sizes as (

    select
        segment,
        count(*) as size
    from memberships
    group by segment

),

{# fresh as the newest load that brought a row; a build that finds nothing new makes nothing fresher #}
freshness as (

    select max(loaded_at) as refreshed_at
    from load_files
    where rows_loaded + rows_replaced > 0

),

listed as (

    select
        ---------- strings
        definitions.segment,
        definitions.requirement,
        definitions.description,
        definitions.owner,

        ---------- numbers
        definitions.rule_version,
        coalesce(sizes.size, 0) as size,

        ---------- timestamps
        freshness.refreshed_at
    from definitions
    cross join freshness
    left join sizes on definitions.segment = sizes.segment

)

select * from listed
