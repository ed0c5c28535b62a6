with

source as (

    select * from {{ source('raw', 'shop__customers') }}

),

renamed as (

    select
        ---------- ids
        {{ strip_blanks('id') }} as account_id,
        id as record_id,

        ---------- strings
        {{ normalise_email('email') }} as email,
        {{ canonical_email('email') }} as email_match,
        {{ normalise_phone('phone', 'default_address_country') }} as phone,
        first_name,
        last_name,
        default_address_city as city,
        {{ normalise_country('default_address_country') }} as country,

        ---------- booleans
        accepts_marketing,

        ---------- timestamps
        created_at,
        updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
