{# Members of a Mailchimp audience: the best address of each customer who has agreed to e-mail. #}
with

permitted as (

    select * from {{ ref('int_activation__contacts_permitted') }}
    where
        place = 1
        and channel = 'EPOSTA'
        and purpose = {{ delivery_purpose('sync_mailchimp__members') }}

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

        ---------- strings
        contacts.contact_value as address,
        permitted.channel || ':' || permitted.contact_key as consents_required,
        names.first_name,
        names.last_name,
        described.segments,
        described.city
    from permitted
    inner join contacts on permitted.contact_key = contacts.contact_key
    inner join described on permitted.customer_id = described.customer_id
    left join names on permitted.customer_id = names.customer_id

),

hashed as (

    select
        payload.*,
        {{ payload_hash(['address', 'first_name', 'last_name', 'segments', 'city']) }} as payload_hash
    from payload

)

select * from hashed
