{# What a web server may look up of a visitor while a page is made: by the cookie or account that has agreed to it (ONSITE). #}
with

consents as (

    select * from {{ ref('contact_consents') }}
    where
        channel = 'ONSITE'
        and status = 'ONAY'
        and purpose = {{ delivery_purpose('sync_onsite__visitors') }}

),

customer_consents as (

    select * from {{ ref('customer_consents') }}
    where
        channel = 'ONSITE'
        and status = 'ONAY'
        and purpose = {{ delivery_purpose('sync_onsite__visitors') }}

),

identifiers as (

    select * from {{ ref('identifiers') }}
    where identifier_type in ('anonymous_id', 'account_id')

),

suppressed as (

    select distinct customer_id from {{ ref('suppressed_customers') }}

),

described as (

    select * from {{ ref('int_activation__customers_described') }}

),

payload as (

    select
        ---------- ids
        consents.contact_key as row_key,
        consents.customer_id,
        described.last_viewed_product_id,

        ---------- strings
        identifiers.identifier_type || ':' || identifiers.identifier_value as address,
        'ONSITE:' || consents.contact_key as consents_required,
        described.segments,

        ---------- numbers
        described.open_cart_amount
    from consents
    inner join customer_consents on consents.customer_id = customer_consents.customer_id
    inner join identifiers on consents.contact_key = identifiers.identifier_key
    inner join described on consents.customer_id = described.customer_id
    left join suppressed on consents.customer_id = suppressed.customer_id
    where suppressed.customer_id is null

),

hashed as (

    select
        payload.*,
        {{ payload_hash(['address', 'segments', 'last_viewed_product_id', 'open_cart_amount']) }} as payload_hash
    from payload

)

select * from hashed
