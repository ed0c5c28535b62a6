{# The last day of the sizes is the day of the clock, so it has exactly the members of now. #}
with

sizes as (

    select
        segment,
        size,
        row_number() over (
            partition by segment
            order by day desc
        ) as place
    from {{ ref('segment_sizes') }}

),

segments as (

    select * from {{ ref('segments') }}

)

select
    segments.segment,
    segments.size,
    sizes.size as last_size
from segments
left join sizes
    on segments.segment = sizes.segment
    and sizes.place = 1
where sizes.size is null
    or sizes.size <> segments.size
