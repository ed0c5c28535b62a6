{# The calendar: every day from the first trace to the clock, as a person in TEKIL_TIMEZONE counts days, with the moments (UTC) at which
   it begins and ends. What counts by day joins it, and so does dbt's semantic layer; the end of the last day is the clock. #}
with

customers as (

    select * from {{ ref('customers') }}

),

orders as (

    select * from {{ ref('customer_orders') }}

),

first_traces as (

    select min(first_seen_at) as first_seen_at
    from customers

    union all

    select min(ordered_at) as first_seen_at
    from orders

    union all

    {# with no trace at all the calendar is the day that holds the clock, or ends with it #}
    select {{ add_days(as_of(), -1) }} as first_seen_at

),

span as (

    select {{ local_date('min(first_seen_at)', default_timezone()) }} as first_day
    from first_traces

),

digits as (

    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{# a hundred thousand days are 273 years: no trace is older #}
numbers as (

    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit + 10000 * more.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as more

),

counted as (

    select cast({{ add_days('span.first_day', 'numbers.number') }} as date) as day
    from span
    cross join numbers

),

bounded as (

    select
        day,
        {{ as_utc('day', default_timezone()) }} as starts_at,
        {{ as_utc(add_days('day', 1), default_timezone()) }} as next_starts_at
    from counted
    {# no zone is more than a day away from UTC #}
    where day <= cast({{ add_days(as_of(), 1) }} as date)

),

days as (

    select
        ---------- booleans
        next_starts_at <= {{ as_of() }} as is_over,

        ---------- dates
        day,
        cast(date_trunc('month', day) as date) as month,

        ---------- timestamps
        starts_at,
        least(next_starts_at, {{ as_of() }}) as ends_at
    from bounded
    where starts_at < {{ as_of() }}

)

select * from days
