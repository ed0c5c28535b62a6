{# Consent per contact point: what a message to this address, number or token stands on (A7). #}
{{ config(materialized='view') }}

with

contact_consents as (

    select * from {{ ref('int_profiles__contact_consents') }}
    where customer_id is not null

),

public_columns as (

    select
        ---------- ids
        customer_id,
        contact_key,

        ---------- strings
        channel,
        purpose,
        status,
        source,

        ---------- timestamps
        effective_at
    from contact_consents

)

select * from public_columns
