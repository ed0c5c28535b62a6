{# The state of consent per contact point, channel and purpose (P9, M3): the newest entry counts; of two with one time, the refusal.
   Refusals are heard wherever they are said: the registry, an unsubscribe, a complaint. A consent is only what the registry holds. #}
with

records as (

    select * from {{ ref('stg_consent__records') }}

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

activities as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

),

sends as (

    select * from {{ ref('stg_messaging__sends') }}

),

receipts as (

    select * from {{ ref('stg_messaging__receipts') }}

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

{# a recipient is looked for as everything it may be: a refusal must not go unheard because it was filed under another type #}
entries as (

    select
        'phone' as identifier_type,
        phone as identifier_value,
        channel,
        purpose,
        status,
        consent_source as source,
        consented_at as effective_at
    from records
    where phone is not null

    union all

    select
        'email' as identifier_type,
        email_match as identifier_value,
        channel,
        purpose,
        status,
        consent_source as source,
        consented_at as effective_at
    from records
    where email_match is not null

    union all

    select
        recipient_types.identifier_type,
        records.other_recipient as identifier_value,
        records.channel,
        records.purpose,
        records.status,
        records.consent_source as source,
        records.consented_at as effective_at
    from records
    cross join (values ('push_token'), ('anonymous_id'), ('account_id'), ('device_id')) as recipient_types (identifier_type)
    where records.other_recipient is not null

    union all

    select
        'email' as identifier_type,
        email_match as identifier_value,
        'EPOSTA' as channel,
        'marketing' as purpose,
        'RET' as status,
        'mailchimp_members' as source,
        {# a refusal without a time is a refusal now: it may not be lost for want of a date #}
        coalesce(updated_at, opted_in_at, signed_up_at, {{ as_of() }}) as effective_at
    from members
    where status = 'unsubscribed'

    union all

    select
        'email' as identifier_type,
        email_match as identifier_value,
        'EPOSTA' as channel,
        'marketing' as purpose,
        'RET' as status,
        'mailchimp_activity' as source,
        occurred_at as effective_at
    from activities
    where action = 'unsub'

    union all

    select
        sends.recipient_type as identifier_type,
        coalesce(sends.phone, sends.push_token, sends.anonymous_id, sends.account_id) as identifier_value,
        case sends.channel
            when 'sms' then 'MESAJ'
            when 'call' then 'ARAMA'
            when 'push' then 'PUSH'
            when 'whatsapp' then 'WHATSAPP'
            when 'onsite' then 'ONSITE'
        end as channel,
        'marketing' as purpose,
        'RET' as status,
        'messaging_receipts' as source,
        receipts.occurred_at as effective_at
    from receipts
    inner join sends on receipts.message_id = sends.message_id
    where receipts.receipt_event in ('unsubscribed', 'complained')

),

keyed as (

    select
        identity_map.customer_id,
        identifiers.identifier_key as contact_key,
        entries.channel,
        entries.purpose,
        entries.status,
        entries.source,
        entries.effective_at
    from entries
    inner join identifiers
        on entries.identifier_type = identifiers.identifier_type
        and entries.identifier_value = identifiers.identifier_value
    left join identity_map on identifiers.identifier_key = identity_map.identifier_key
    where
        entries.channel is not null
        and entries.effective_at <= {{ as_of() }}

),

ranked as (

    select
        keyed.*,
        row_number() over (
            partition by
                contact_key,
                channel,
                purpose
            order by
                effective_at desc,
                case when status = 'RET' then 0 else 1 end,
                {{ binary_order('source') }}
        ) as place
    from keyed

),

newest as (

    select
        ---------- ids
        contact_key,
        customer_id,

        ---------- strings
        channel,
        purpose,
        status,
        source,

        ---------- timestamps
        effective_at
    from ranked
    where place = 1

)

select * from newest
