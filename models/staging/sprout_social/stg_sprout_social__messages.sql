with

source as (

    select * from {{ source('raw', 'sprout_social__messages') }}

),

renamed as (

    select
        ---------- ids
        guid as social_message_id,
        network || ':' || from_guid as social_handle,

        ---------- strings
        network,
        post_type,
        from_name as author_name,
        sentiment,

        ---------- timestamps
        created_time as occurred_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
