with

source as (

    select * from {{ source('raw', 'mailchimp__members') }}

),

renamed as (

    select
        ---------- ids
        id as member_id,
        unique_email_id,
        list_id,

        ---------- strings
        {{ normalise_email('email_address') }} as email,
        {{ canonical_email('email_address') }} as email_match,
        {{ normalise_phone('merge_fields_phone') }} as phone,
        merge_fields_fname as first_name,
        merge_fields_lname as last_name,
        status,

        ---------- timestamps
        timestamp_signup as signed_up_at,
        timestamp_opt as opted_in_at,
        last_changed as updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
