{# Who has asked to be erased or restricted, by any identifier ever linked to them (M4). A view, so that a delivery knows of a request
   as soon as it has landed. #}
{{ config(materialized='view') }}

with

requests as (

    select * from {{ ref('stg_privacy__requests') }}
    where request_kind in ('erase', 'restrict')

),

identifiers as (

    select * from {{ ref('identifiers') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

compared as (

    select
        request_kind,
        requested_at,
        identifier_type,
        case
            when identifier_type = 'email' then {{ canonical_email('identifier_value') }}
            when identifier_type = 'phone' then {{ normalise_phone('identifier_value') }}
            else {{ strip_blanks('identifier_value') }}
        end as identifier_value
    from requests

),

suppressed as (

    select
        ---------- ids
        identity_map.customer_id,

        ---------- strings
        compared.request_kind,

        ---------- timestamps
        min(compared.requested_at) as requested_at
    from compared
    inner join identifiers
        on compared.identifier_type = identifiers.identifier_type
        and compared.identifier_value = identifiers.identifier_value
    inner join identity_map on identifiers.identifier_key = identity_map.identifier_key
    group by
        identity_map.customer_id,
        compared.request_kind

)

select * from suppressed
