{# Whose sessions and time zones a renewal walks through again: customers with an event that came, went or changed. Empty where everything is made anew. #}
with

changes as (

    select * from {{ changes_of('int_profiles__events_unioned') }}

)

select distinct customer_id from changes
