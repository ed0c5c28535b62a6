{# Where the network last saw each customer: its guess, of the newest event alone, and one that names a city before one that does not. What a device of a store
   tells is about the store. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__customers_touched',
    touched_keys=['customer_id'],
) }}
with

located_events as (

    select * from {{ touched('int_profiles__tracker_events_resolved', by='int_profiles__customers_touched', keys=['customer_id']) }}
    where
        source = 'tracker'
        and channel not in ('kiosk', 'tablet', 'store')
        and coalesce(city, country) is not null

),

located_ranked as (

    select
        located_events.*,
        row_number() over (
            partition by customer_id
            order by
                case when city is null then 1 else 0 end,
                occurred_at desc,
                {{ binary_order('event_id') }}
        ) as place
    from located_events

)

select
    ---------- ids
    customer_id,
    event_id,

    ---------- strings
    source,
    city,
    country,

    ---------- timestamps
    occurred_at
from located_ranked
where place = 1
