{# For what a customer's data may be used (P9): per purpose the strictest state over all channels and contact points. Who asked for
   restriction may be used for nothing, whatever the registry says. Marketing is asked channel by channel: customer_consents has it. #}
with

contact_consents as (

    select * from {{ ref('contact_consents') }}
    where
        customer_id is not null
        and purpose <> 'marketing'

),

requests as (

    select * from {{ ref('stg_privacy__requests') }}
    where
        request_kind = 'restrict'
        and requested_at <= {{ as_of() }}

),

identifiers as (

    select * from {{ ref('int_profiles__identifiers_resolved') }}

),

purposes as (

    select
        customer_id,
        purpose,
        max(case when status = 'RET' then 1 else 0 end) as is_refused,
        max(case when status = 'RET' then effective_at end) as refused_at,
        max(effective_at) as heard_at
    from contact_consents
    group by
        customer_id,
        purpose

),

{# requests name an identifier as the person wrote it #}
requests_spelled as (

    select
        identifier_type,
        case
            when identifier_type = 'email' then {{ canonical_email('identifier_value') }}
            when identifier_type = 'phone' then {{ normalise_phone('identifier_value') }}
            when identifier_type = 'loyalty_card' then {{ normalise_card('identifier_value') }}
            else {{ strip_blanks('identifier_value') }}
        end as identifier_value,
        requested_at
    from requests

),

restricted as (

    select
        identifiers.customer_id,
        min(requests_spelled.requested_at) as restricted_at
    from requests_spelled
    inner join identifiers
        on requests_spelled.identifier_type = identifiers.identifier_type
        and requests_spelled.identifier_value = identifiers.identifier_value
    group by identifiers.customer_id

),

all_purposes as (

    select
        customer_id,
        purpose
    from purposes

    union

    select
        customer_id,
        'processing' as purpose
    from restricted

),

stated as (

    select
        ---------- ids
        all_purposes.customer_id,

        ---------- strings
        all_purposes.purpose,
        case when restricted.customer_id is not null or purposes.is_refused = 1 then 'RET' else 'ONAY' end as status,
        case when restricted.customer_id is not null then 'restriction' else 'consent' end as decided_by,

        ---------- timestamps
        case
            when restricted.customer_id is not null then restricted.restricted_at
            when purposes.is_refused = 1 then purposes.refused_at
            else purposes.heard_at
        end as effective_at
    from all_purposes
    left join purposes
        on all_purposes.customer_id = purposes.customer_id
        and all_purposes.purpose = purposes.purpose
    left join restricted on all_purposes.customer_id = restricted.customer_id

)

select * from stated
