{# How many customers were in each segment at the end of each day, how many had entered and left during it (G21). Counted from entries and exits, never
   from customers times days; of the day of the clock, from the spells themselves. #}
{%- set today = local_date(as_of(), default_timezone()) %}
{#- two days back from the clock begins before the day of the clock, whatever the time zone does -#}
{%- set lately = add_days(as_of(), -2) %}

with

counted as (

    select * from {{ ref('int_segments__sizes_counted') }}
    where day < {{ today }}

),

entries as (

    select
        segment,
        entered_at
    from {{ ref('int_segments__spells_unioned') }}
    where
        entered_at > {{ lately }}
        and entered_at <= {{ as_of() }}

),

exits as (

    select
        segment,
        left_at
    from {{ ref('int_segments__spells_unioned') }}
    where
        left_at > {{ lately }}
        and left_at <= {{ as_of() }}

),

definitions as (

    select * from {{ ref('segment_definitions') }}

),

days as (

    select * from {{ ref('int_segments__days_listed') }}

),

dated as (

    select
        segment,
        day,
        entered_count,
        left_count
    from counted

    union all

    select
        segment,
        {{ today }} as day,
        count(*) as entered_count,
        0 as left_count
    from entries
    where {{ local_date('entered_at', default_timezone()) }} = {{ today }}
    group by segment

    union all

    select
        segment,
        {{ today }} as day,
        0 as entered_count,
        count(*) as left_count
    from exits
    where {{ local_date('left_at', default_timezone()) }} = {{ today }}
    group by segment

    union all

    {# every segment has every day #}
    select
        definitions.segment,
        days.day,
        0 as entered_count,
        0 as left_count
    from definitions
    cross join days

),

summed as (

    select
        segment,
        day,
        sum(entered_count) as entered_count,
        sum(left_count) as left_count
    from dated
    group by
        segment,
        day

),

walked as (

    select
        segment,
        day,
        entered_count,
        left_count,
        sum(entered_count - left_count) over (
            partition by segment
            order by day
            rows between unbounded preceding and current row
        ) as size
    from summed

)

select
    ---------- strings
    walked.segment,

    ---------- numbers
    cast(walked.size as bigint) as size,
    cast(walked.entered_count as bigint) as entered_count,
    cast(walked.left_count as bigint) as left_count,

    ---------- dates
    walked.day
from walked
inner join days on walked.day = days.day
