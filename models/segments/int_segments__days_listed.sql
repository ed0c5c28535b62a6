{# The days up to the clock, by the shop's calendar: as many as var segment_days says. #}
with

numbers as (

    {{ whole_numbers(4) }}

),

days as (

    select cast({{ add_days(local_date(as_of(), default_timezone()), '-numbers.number') }} as date) as day
    from numbers
    where numbers.number < {{ var('segment_days') }}

)

select * from days
