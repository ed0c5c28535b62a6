{# Where carts are left (X1): for each device and step of the checkout, how many visits got there, how many left there, and what became of them.
   Step 0 is the cart, so its abandonment rate is the cart abandonment of the device. #}
with

visits as (

    select * from {{ ref('int_profiles__carts_left') }}
    where left_at > {{ add_days(as_of(), '-' ~ context_rule('friction_window_days')) }}

),

steps as (

    select furthest_step as checkout_step from visits

    union

    select 0 as checkout_step

),

counted as (

    select
        visits.device_type,
        steps.checkout_step,
        count(*) as sessions_reached_count,
        sum(case when visits.has_ordered then 1 else 0 end) as sessions_ordered_count,
        sum(case when not visits.has_ordered and visits.furthest_step = steps.checkout_step then 1 else 0 end) as sessions_left_count,
        sum(case when visits.is_recovered and visits.furthest_step = steps.checkout_step then 1 else 0 end) as sessions_recovered_count
    from visits
    inner join steps on visits.furthest_step >= steps.checkout_step
    group by
        visits.device_type,
        steps.checkout_step

),

rated as (

    select
        ---------- strings
        device_type,

        ---------- numbers
        cast(checkout_step as integer) as checkout_step,
        sessions_reached_count,
        cast(sessions_left_count as bigint) as sessions_left_count,
        cast(sessions_recovered_count as bigint) as sessions_recovered_count,
        cast(sessions_ordered_count as bigint) as sessions_ordered_count,
        {{ divide('sessions_left_count', 'sessions_reached_count', 4) }} as leave_rate,
        {{ divide('(sessions_reached_count - sessions_ordered_count)', 'sessions_reached_count', 4) }} as abandonment_rate
    from counted

)

select * from rated
