{# The events of customers whose segments a renewal works out again, cut out of the stream once for all rules that look at them (of_touched). Empty where everything
   is made anew.
   Profiles cut out the events of nearly all of these customers already (int_profiles__events_reread, which stands before customers does); the stream is read for the others alone. #}
-- depends_on: {{ ref('customers') }}
{%- set is_renewal = is_renewed() %}

with

events as (

    select * from {{ ref('customer_events') }}
    {{ 'where false' if not is_renewal }}

),

listed as (

    select distinct customer_id from {{ ref('int_segments__customers_touched') }}

),

{%- if is_renewal %}

customers as (

    select customer_id from {{ ref('customers') }}

),

cut as (

    select * from {{ tekil.relation_of('int_profiles__events_reread') }}

),

cut_customers as (

    {%- for list in tekil.reread_lists() %}
    select customer_id from {{ tekil.relation_of('int_profiles__' ~ list ~ '_touched') }}
    {%- if not loop.last %}

    union
    {% endif %}
    {%- endfor %}

),

{# who is a customer no longer has no events: were nobody left here, an engine would not read the stream #}
others as (

    select listed.customer_id
    from listed
    inner join customers on listed.customer_id = customers.customer_id
    left join cut_customers on listed.customer_id = cut_customers.customer_id
    where cut_customers.customer_id is null

),
{%- endif %}

reread as (
    {%- if is_renewal %}

    select
        cut.event_id,
        cut.customer_id,
        cut.product_id,
        cut.event_name,
        cut.event_kind,
        cut.channel,
        cut.category,
        cut.device_type,
        cut.is_own_act,
        cut.occurred_at
    from cut
    inner join cut_customers on cut.customer_id = cut_customers.customer_id
    inner join listed on cut.customer_id = listed.customer_id

    union all
    {%- endif %}

    select
        events.event_id,
        events.customer_id,
        events.product_id,
        events.event_name,
        events.event_kind,
        events.channel,
        events.category,
        events.device_type,
        events.is_own_act,
        events.occurred_at
    from events
    inner join {{ 'others' if is_renewal else 'listed' }} as others on events.customer_id = others.customer_id

)

select * from reread
