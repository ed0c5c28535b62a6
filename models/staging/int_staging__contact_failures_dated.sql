{# When a contact point last failed and last worked on each channel: bounces and cleaned members of e-mail, failed and seen messages of the rest.
   A number that does not take WhatsApp may still take an SMS, so channels do not speak for one another. #}
{{ config(materialized='table') }}
with

activities as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

sends as (

    select * from {{ ref('stg_messaging__sends') }}

),

receipts as (

    select * from {{ ref('stg_messaging__receipts') }}

),

{# an address is written to many times, and put in order once #}
addresses_written_to as (

    select
        email_address,
        case when action = 'bounce' then 1 else 0 end as is_failure,
        max(occurred_at) as seen_at
    from activities
    where
        action in ('bounce', 'open', 'click')
        and occurred_at <= {{ as_of() }}
    group by
        email_address,
        case when action = 'bounce' then 1 else 0 end

),

signs as (

    select
        'email' as identifier_type,
        {{ canonical_email('email_address') }} as identifier_value,
        'email' as channel,
        seen_at,
        is_failure
    from addresses_written_to

    union all

    select
        'email' as identifier_type,
        email_match as identifier_value,
        'email' as channel,
        {# an address that was cleaned on no day fails now: it may not be written to for want of a date #}
        coalesce(updated_at, {{ as_of() }}) as seen_at,
        1 as is_failure
    from members
    where status = 'cleaned'

    union all

    select
        sends.recipient_type as identifier_type,
        coalesce(sends.phone, sends.push_token, sends.anonymous_id, sends.account_id) as identifier_value,
        sends.channel,
        receipts.occurred_at as seen_at,
        case when receipts.receipt_event = 'failed' then 1 else 0 end as is_failure
    from receipts
    inner join sends on receipts.message_id = sends.message_id
    where receipts.receipt_event in ('failed', 'delivered', 'viewed', 'clicked', 'replied', 'answered')

),

dated as (

    select
        ---------- strings
        identifier_type,
        identifier_value,
        channel,

        ---------- timestamps
        max(case when is_failure = 1 then seen_at end) as failed_at,
        max(case when is_failure = 0 then seen_at end) as worked_at
    from signs
    where
        identifier_value is not null
        and seen_at <= {{ as_of() }}
    group by
        identifier_type,
        identifier_value,
        channel

)

select * from dated
