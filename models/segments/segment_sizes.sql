{# How many customers were in each segment at the end of each day, how many had entered and left during it (G21). Counted from entries and exits, never
   from customers times days. #}
with

spells as (

    select
        segment,
        entered_at,
        left_at
    from {{ ref('int_segments__spells_unioned') }}
    where entered_at <= {{ as_of() }}

),

definitions as (

    select * from {{ ref('segment_definitions') }}

),

days as (

    select * from {{ ref('int_segments__days_listed') }}

),

quarters as (

    select
        segment,
        {{ quarter_hour('entered_at') }} as quarter_at,
        count(*) as entered_count,
        0 as left_count
    from spells
    group by
        segment,
        {{ quarter_hour('entered_at') }}

    union all

    select
        segment,
        {{ quarter_hour('left_at') }} as quarter_at,
        0 as entered_count,
        count(*) as left_count
    from spells
    where left_at <= {{ as_of() }}
    group by
        segment,
        {{ quarter_hour('left_at') }}

),

{# local dates are found once for each quarter of an hour #}
clocks as (

    select
        quarter_at,
        {{ local_date('quarter_at', default_timezone()) }} as day
    from quarters
    group by quarter_at

),

dated as (

    select
        quarters.segment,
        clocks.day,
        quarters.entered_count,
        quarters.left_count
    from quarters
    inner join clocks on quarters.quarter_at = clocks.quarter_at

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
