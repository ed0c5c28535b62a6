{# The events of every customer of whom a renewal sums something again, cut out of the stream once for all steps that look at them (events_of_touched):
   each would read the whole stream for a few of its rows. Segments take theirs from here too (int_segments__events_reread). Empty where everything is made anew. #}
{%- set lists = tekil.reread_lists() %}

with

{%- for list in lists %}

{{ list }}_touched as (

    select customer_id from {{ ref('int_profiles__' ~ list ~ '_touched') }}

),
{%- endfor %}

events as (

    select * from {{ ref('customer_events') }}
    {{ 'where false' if not is_renewed() }}

),

touched as (

    {%- for list in lists %}
    select customer_id from {{ list }}_touched
    {%- if not loop.last %}

    union
    {% endif %}
    {%- endfor %}

),

reread as (

    select
        ---------- ids
        events.event_id,
        events.customer_id,
        events.session_id,
        events.product_id,
        events.store_id,
        events.message_id,

        ---------- strings
        events.event_name,
        events.event_kind,
        events.channel,
        events.category,
        events.device_type,
        events.city,
        events.region,
        events.country,
        events.climate,
        events.campaign,

        ---------- numbers
        events.checkout_step,
        events.amount_base,
        events.duration_seconds,
        events.local_hour,

        ---------- booleans
        events.is_own_act,

        ---------- timestamps
        events.occurred_at,
        events.occurred_at_local
    from events
    inner join touched on events.customer_id = touched.customer_id

)

select * from reread
