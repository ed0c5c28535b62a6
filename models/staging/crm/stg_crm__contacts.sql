with

source as (

    select * from {{ source('raw', 'crm__contacts') }}

),

renamed as (

    select
        ---------- ids
        contact_id,
        {{ normalise_card('loyalty_card_no') }} as loyalty_card_no,

        ---------- strings
        first_name,
        last_name,
        {{ normalise_email('email') }} as email,
        {{ canonical_email('email') }} as email_match,
        {{ normalise_phone('phone', 'country') }} as phone,
        {{ normalise_gender('gender') }} as gender,
        marital_status,
        occupation,
        income_band,
        street,
        district,
        city,
        postal_code,
        {{ normalise_country('country') }} as country,

        ---------- dates
        {{ normalise_birth_date('birth_date') }} as birth_date,

        ---------- timestamps
        created_at,
        updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
