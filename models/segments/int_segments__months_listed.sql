{# The beginnings of months up to the clock, by the shop's calendar: as many as var segment_months says, and one more to start from. #}
with

numbers as (

    {{ whole_numbers(3) }}

),

months as (

    select
        numbers.number as months_ago,
        date_trunc('month', {{ as_local(as_of(), default_timezone()) }}) - numbers.number * interval '1 month' as local_at
    from numbers
    where numbers.number <= {{ var('segment_months') }}

),

begun as (

    select
        ---------- numbers
        months_ago,

        ---------- dates
        cast(local_at as date) as month,

        ---------- timestamps
        {{ as_utc('local_at', default_timezone()) }} as begins_at
    from months

)

select * from begun
