with

source as (

    select * from {{ source('raw', 'mailchimp__email_activity') }}

),

renamed as (

    select
        ---------- ids
        campaign_id,
        email_id,

        ---------- strings
        email_address,
        {{ normalise_email('email_address') }} as email,
        {{ canonical_email('email_address') }} as email_match,
        action,
        url,

        ---------- timestamps
        timestamp as occurred_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
