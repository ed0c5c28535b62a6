with

source as (

    select * from {{ source('raw', 'zendesk__tickets') }}

),

renamed as (

    select
        ---------- ids
        id as ticket_id,
        requester_id as zendesk_user_id,

        ---------- strings
        via_channel,
        type as ticket_type,
        priority,
        status,
        satisfaction_score,

        ---------- timestamps
        created_at,
        updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
