{# The calendar: every day (UTC) from the first trace to the clock. What counts by day joins it, and so does dbt's semantic layer;
   the end of its last day is the clock of the build. #}
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

),

span as (

    select
        {# with no trace at all the calendar is the day of the clock; a clock of midnight belongs to the day that ends with it #}
        cast(coalesce(min(first_seen_at), {{ add_days(as_of(), -1) }}) as date) as first_day,
        {{ as_of() }} as as_of
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

{# a hundred thousand days are 273 years: no machine that tracks customers is older #}
numbers as (

    select ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit + 10000 * more.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as more

),

counted as (

    select
        span.as_of,
        {{ add_days('span.first_day', 'numbers.number') }} as starts_at
    from span
    cross join numbers

),

days as (

    select
        ---------- dates
        cast(starts_at as date) as day,
        cast(date_trunc('month', starts_at) as date) as month,

        ---------- timestamps
        starts_at,
        least({{ add_days('starts_at', 1) }}, as_of) as ends_at
    from counted
    where starts_at < as_of

)

select * from days
