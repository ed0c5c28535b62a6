with

source as (

    select * from {{ source('raw', 'consent__records') }}

),

renamed as (

    select
        ---------- ids
        recipient,
        case when channel in ('MESAJ', 'ARAMA', 'WHATSAPP', 'ONSITE', 'ADS') and recipient not like '%@%' then {{ normalise_phone('recipient') }} end as phone,
        case when channel = 'EPOSTA' or recipient like '%@%' then {{ normalise_email('recipient') }} end as email,
        case when channel = 'EPOSTA' or recipient like '%@%' then {{ canonical_email('recipient') }} end as email_match,
        case when channel in ('PUSH', 'ONSITE', 'ADS') and recipient not like '%@%' then recipient end as other_recipient,

        ---------- strings
        {# of a type nobody knows the stricter one, and what is no clear yes is a no #}
        case when recipient_type = 'TACIR' then 'TACIR' else 'BIREYSEL' end as recipient_type,
        channel,
        purpose,
        case when status = 'ONAY' then 'ONAY' else 'RET' end as status,
        source as consent_source,
        brand_code,

        ---------- timestamps
        consent_date as consented_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
