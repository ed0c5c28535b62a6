with

source as (

    select * from {{ source('raw', 'zendesk__users') }}

),

renamed as (

    select
        ---------- ids
        id as zendesk_user_id,
        {{ strip_blanks('external_id') }} as account_id,

        ---------- strings
        name as full_name,
        {{ normalise_email('email') }} as email,
        {{ canonical_email('email') }} as email_match,
        {{ normalise_phone('phone') }} as phone,

        ---------- timestamps
        created_at,
        updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
