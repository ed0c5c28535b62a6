{# No event of Google Analytics stands within var echo_minutes of a tracker event of the same customer: it would be one visit told twice (S1, S8). #}
with

events as (

    select
        customer_id,
        source,
        occurred_at,
        max(case when source = 'tracker' then occurred_at end) over (
            partition by customer_id
            order by occurred_at
            range between unbounded preceding and current row
        ) as tracker_before_at,
        min(case when source = 'tracker' then occurred_at end) over (
            partition by customer_id
            order by occurred_at
            range between current row and unbounded following
        ) as tracker_after_at
    from {{ ref('int_profiles__tracker_events_resolved') }}

)

select
    customer_id,
    occurred_at
from events
where source = 'google_analytics'
    and (
        {{ seconds_between('tracker_before_at', 'occurred_at') }} <= {{ 60 * var('echo_minutes') }}
        or {{ seconds_between('occurred_at', 'tracker_after_at') }} <= {{ 60 * var('echo_minutes') }}
    )
