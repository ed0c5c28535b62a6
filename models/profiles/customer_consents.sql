{# Consent of a customer per channel and purpose: of several contact points the strictest state, so that a merge never loosens it (M3). #}
{{ config(
    materialized='renewed',
    touched='int_profiles__reach_touched',
    touched_keys=['customer_id'],
) }}
with

contact_consents as (

    select * from {{ touched('contact_consents', by='int_profiles__reach_touched', keys=['customer_id']) }}
    where customer_id is not null

),

ranked as (

    select
        contact_consents.*,
        row_number() over (
            partition by
                customer_id,
                channel,
                purpose
            order by
                case when status = 'RET' then 0 else 1 end,
                effective_at desc,
                {{ binary_order('contact_key') }}
        ) as place
    from contact_consents

),

strictest as (

    select
        ---------- ids
        customer_id,
        contact_key,

        ---------- strings
        channel,
        purpose,
        status,
        recipient_type,
        source,

        ---------- dates
        effective_on,

        ---------- timestamps
        effective_at
    from ranked
    where place = 1

)

select * from strictest
