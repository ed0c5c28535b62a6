{# The payload of an ad audience: customers as likeness sees them, who have agreed to ads and are in a segment.
   Arguments: sync_model (name of the model, whose row in seeds/rules/destinations.csv says the purpose)
   Example:   {{ audience_payload('sync_meta_ads__customers') }} #}
{% macro audience_payload(sync_model) -%}
with

permitted as (

    select * from {{ ref('int_activation__contacts_permitted') }}
    where
        wide_place = 1
        and channel = 'ADS'
        and purpose = {{ delivery_purpose(sync_model) }}

),

contacts as (

    select * from {{ ref('customer_contacts') }}

),

levels as (

    select * from {{ ref('identity_levels') }}

),

refusals as (

    select * from {{ ref('customer_consents') }}
    where
        channel = 'ADS'
        and status <> 'ONAY'
        and purpose = {{ delivery_purpose(sync_model) }}

),

suppressed as (

    select * from {{ ref('suppressed_customers') }}

),

{# whoever of a wide customer has refused, or asked to be erased, speaks for all of it #}
refused as (

    select levels.wide_customer_id
    from refusals
    inner join levels on refusals.customer_id = levels.customer_id

    union

    select levels.wide_customer_id
    from suppressed
    inner join levels on suppressed.customer_id = levels.customer_id

),

members as (

    select distinct levels.wide_customer_id
    from {{ ref('customer_segments') }} as listed
    inner join levels on listed.customer_id = levels.customer_id

),

gathered as (

    select
        permitted.wide_customer_id,
        max(case when permitted.contact_type = 'email' then contacts.contact_value end) as email,
        max(case when permitted.contact_type = 'phone' then contacts.contact_value end) as phone,
        {{ string_agg_ordered('permitted.contact_key', ':') }} as contact_keys,
        {{ string_agg_ordered("'ADS:' || permitted.contact_key", ',') }} as consents_required
    from permitted
    inner join contacts on permitted.contact_key = contacts.contact_key
    left join refused on permitted.wide_customer_id = refused.wide_customer_id
    where refused.wide_customer_id is null
    group by permitted.wide_customer_id

),

{# a customer is known there by its hashes alone, so another address or number is another row: the old one is taken out #}
payload as (

    select
        ---------- ids
        md5(gathered.wide_customer_id || ':' || gathered.contact_keys) as row_key,
        gathered.wide_customer_id as customer_id,

        ---------- strings
        '{"id":"' || gathered.wide_customer_id || '"'
        || coalesce(',"email":"' || replace(replace(gathered.email, '\', '\\'), '"', '\"') || '"', '')
        || coalesce(',"phone":"' || gathered.phone || '"', '') || '}' as address,
        gathered.consents_required
    from gathered
    inner join members on gathered.wide_customer_id = members.wide_customer_id

),

hashed as (

    select
        payload.*,
        {{ payload_hash(['address']) }} as payload_hash
    from payload

)

select * from hashed
{%- endmacro %}
