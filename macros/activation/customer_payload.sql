{# The payload that tells a destination of each customer who has agreed: contact points it may use, profile and segments.
   Arguments: sync_model (name of the model, whose row in seeds/rules/destinations.csv says the purpose)
   Example:   {{ customer_payload('sync_webhook__customers') }} #}
{% macro customer_payload(sync_model) -%}
with

permitted as (

    select * from {{ ref('int_activation__contacts_permitted') }}
    where
        place = 1
        and purpose = {{ delivery_purpose(sync_model) }}

),

contacts as (

    select * from {{ ref('customer_contacts') }}

),

names as (

    select * from {{ ref('customer_names') }}

),

described as (

    select * from {{ ref('int_activation__customers_described') }}

),

{# an address leaves for the channel it was given for, and for no other #}
channels as (

    select
        permitted.customer_id,
        max(case when permitted.channel = 'EPOSTA' then contacts.contact_value end) as email,
        max(case when permitted.channel = 'MESAJ' then contacts.contact_value end) as phone,
        {{ string_agg_ordered("permitted.channel || ':' || permitted.contact_key", ',') }} as consents_required
    from permitted
    inner join contacts on permitted.contact_key = contacts.contact_key
    where permitted.channel in ('EPOSTA', 'MESAJ')
    group by permitted.customer_id

),

payload as (

    select
        ---------- ids
        channels.customer_id as row_key,
        channels.customer_id,
        described.last_viewed_product_id,

        ---------- strings
        channels.customer_id as address,
        channels.consents_required,
        channels.email,
        channels.phone,
        names.first_name,
        names.last_name,
        described.segments,
        described.city,
        described.country,

        ---------- numbers
        described.orders_count,
        described.lifetime_value_amount,
        described.open_cart_amount,

        ---------- dates
        described.last_ordered_on
    from channels
    inner join described on channels.customer_id = described.customer_id
    left join names on channels.customer_id = names.customer_id

),

hashed as (

    select
        payload.*,
        {{ payload_hash(['address', 'consents_required', 'email', 'phone', 'first_name', 'last_name', 'segments', 'city', 'country', 'orders_count', 'lifetime_value_amount', 'open_cart_amount', 'last_ordered_on', 'last_viewed_product_id']) }} as payload_hash
    from payload

)

select * from hashed
{%- endmacro %}
