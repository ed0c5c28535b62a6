{# The state of consent per contact point, channel and purpose (P9, M3): the newest entry counts; of two with one time, the refusal. An entry
   that bears a day and no time counts against its sender: a refusal from the end of that local day, a consent from its start.
   Refusals are heard wherever they are said: the registry, an unsubscribe, a complaint. A consent is only what the registry holds. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__contacts_touched',
    touched_keys=['contact_key'],
) }}
with

records as (

    select * from {{ tekil.view_of_contacts('stg_consent__records') }}

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

    select * from {{ touched('int_staging__identifiers_keyed', by='int_profiles__contacts_touched', keys=['identifier_key = contact_key']) }}

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
        recipient_type,
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
        recipient_type,
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
        records.recipient_type,
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
        cast(null as {{ dbt.type_string() }}) as recipient_type,
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
        cast(null as {{ dbt.type_string() }}) as recipient_type,
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
        cast(null as {{ dbt.type_string() }}) as recipient_type,
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
        entries.recipient_type,
        entries.source,
        entries.effective_at,
        {{ as_local('entries.effective_at', default_timezone()) }} as effective_at_local
    from entries
    inner join identifiers
        on entries.identifier_type = identifiers.identifier_type
        and entries.identifier_value = identifiers.identifier_value
    left join identity_map on identifiers.identifier_key = identity_map.identifier_key
    where
        entries.channel is not null
        and entries.effective_at <= {{ as_of() }}

),

{# midnight to the second is a day without a time #}
dated as (

    select
        keyed.*,
        case
            when status = 'RET' and effective_at_local = cast(cast(effective_at_local as date) as timestamp)
                then {{ add_days('effective_at', 1) }} - interval '1 microsecond'
            else effective_at
        end as counted_at
    from keyed

),

ranked as (

    select
        dated.*,
        row_number() over (
            partition by
                contact_key,
                channel,
                purpose
            order by
                counted_at desc,
                case when status = 'RET' then 0 else 1 end,
                {{ binary_order('source') }}
        ) as place,
        row_number() over (
            partition by
                contact_key,
                channel,
                purpose
            order by
                case when recipient_type is null then 1 else 0 end,
                counted_at desc,
                {{ binary_order('recipient_type') }},
                {{ binary_order('source') }}
        ) as type_place
    from dated

),

{# a refusal heard elsewhere names no type: the newest entry that names one says which register the contact point is in #}
typed as (

    select
        contact_key,
        channel,
        purpose,
        recipient_type
    from ranked
    where type_place = 1

),

newest as (

    select
        ---------- ids
        ranked.contact_key,
        ranked.customer_id,

        ---------- strings
        ranked.channel,
        ranked.purpose,
        ranked.status,
        coalesce(typed.recipient_type, 'BIREYSEL') as recipient_type,
        ranked.source,

        ---------- dates
        cast(ranked.effective_at_local as date) as effective_on,

        ---------- timestamps
        ranked.effective_at
    from ranked
    inner join typed
        on ranked.contact_key = typed.contact_key
        and ranked.channel = typed.channel
        and ranked.purpose = typed.purpose
    where ranked.place = 1

)

select * from newest
