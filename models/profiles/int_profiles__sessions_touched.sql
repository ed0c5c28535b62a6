{# Which sessions a renewal sums again: those of events of the stream that came, went or changed. Empty where everything is made anew. #}
with

changes as (

    select * from {{ changes_of('customer_events') }}

)

select distinct session_id from changes
where session_id is not null
