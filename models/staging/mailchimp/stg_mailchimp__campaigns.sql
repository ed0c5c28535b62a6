with

source as (

    select * from {{ source('raw', 'mailchimp__campaigns') }}

),

renamed as (

    select
        ---------- ids
        id as campaign_id,
        list_id,

        ---------- strings
        title,
        subject_line,

        ---------- timestamps
        send_time as sent_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
