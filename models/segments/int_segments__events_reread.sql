{# The events of customers whose segments a renewal works out again, cut out of the stream once for all rules that look at them (of_touched). Empty where everything
   is made anew. #}
with

events as (

    select * from {{ touched('customer_events', by='int_segments__customers_touched', keys=['customer_id']) }}
    {{ 'where false' if not is_renewed() }}

),

reread as (

    select
        ---------- ids
        event_id,
        customer_id,
        product_id,

        ---------- strings
        event_name,
        event_kind,
        channel,
        category,
        device_type,

        ---------- booleans
        is_own_act,

        ---------- timestamps
        occurred_at
    from events

)

select * from reread
