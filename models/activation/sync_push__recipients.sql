{# Recipients of push messages: the best number or token of each customer who has agreed to them. #}
with

permitted as (

    select * from {{ ref('int_activation__contacts_permitted') }}
    where
        place = 1
        and channel = 'PUSH'
        and purpose = {{ delivery_purpose('sync_push__recipients') }}

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

payload as (

    select
        ---------- ids
        permitted.contact_key as row_key,
        permitted.customer_id,
        described.last_viewed_product_id,

        ---------- strings
        contacts.contact_value as address,
        permitted.channel || ':' || permitted.contact_key as consents_required,
        'push' as channel,
        names.first_name,
        described.segments,

        ---------- numbers
        described.open_cart_amount
    from permitted
    inner join contacts on permitted.contact_key = contacts.contact_key
    inner join described on permitted.customer_id = described.customer_id
    left join names on permitted.customer_id = names.customer_id

),

hashed as (

    select
        payload.*,
        {{ payload_hash(['address', 'channel', 'first_name', 'segments', 'last_viewed_product_id', 'open_cart_amount']) }} as payload_hash
    from payload

)

select * from hashed
