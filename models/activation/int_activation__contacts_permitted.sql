{# The contact points that may be used, per channel and purpose, best first: consent for this very point, no refusal of its customer for
   the channel, reachable, and nobody who has asked to be erased or restricted (A7). Keys only: a sync_ model fetches the value. #}
with

contact_consents as (

    select * from {{ ref('contact_consents') }}
    where status = 'ONAY'

),

customer_consents as (

    select * from {{ ref('customer_consents') }}
    where status = 'ONAY'

),

contacts as (

    select * from {{ ref('customer_contacts') }}
    where is_reachable

),

levels as (

    select * from {{ ref('identity_levels') }}

),

suppressed as (

    select distinct customer_id from {{ ref('suppressed_customers') }}

),

channel_types as (

    select
        channels.channel,
        channels.contact_type
    from (
        values
        ('EPOSTA', 'email'),
        ('MESAJ', 'phone'),
        ('ARAMA', 'phone'),
        ('WHATSAPP', 'phone'),
        ('PUSH', 'push_token'),
        ('ADS', 'email'),
        ('ADS', 'phone')
    ) as channels (channel, contact_type)

),

permitted as (

    select
        contacts.customer_id,
        contacts.contact_key,
        contacts.contact_type,
        contacts.last_seen_at,
        contact_consents.channel,
        contact_consents.purpose,
        levels.wide_customer_id
    from contact_consents
    inner join contacts
        on contact_consents.contact_key = contacts.contact_key
        and contact_consents.customer_id = contacts.customer_id
    inner join channel_types
        on contact_consents.channel = channel_types.channel
        and contacts.contact_type = channel_types.contact_type
    inner join customer_consents
        on contact_consents.customer_id = customer_consents.customer_id
        and contact_consents.channel = customer_consents.channel
        and contact_consents.purpose = customer_consents.purpose
    inner join levels on contacts.customer_id = levels.customer_id
    left join suppressed on contacts.customer_id = suppressed.customer_id
    where suppressed.customer_id is null

),

ranked as (

    select
        ---------- ids
        customer_id,
        wide_customer_id,
        contact_key,

        ---------- strings
        channel,
        purpose,
        contact_type,

        ---------- numbers
        row_number() over (
            partition by
                customer_id,
                channel,
                purpose,
                contact_type
            order by
                last_seen_at desc,
                {{ binary_order('contact_key') }}
        ) as place,
        row_number() over (
            partition by
                wide_customer_id,
                channel,
                purpose,
                contact_type
            order by
                last_seen_at desc,
                {{ binary_order('contact_key') }}
        ) as wide_place
    from permitted

)

select * from ranked
