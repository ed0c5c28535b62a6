with

source as (

    select * from {{ source('raw', 'messaging__receipts') }}

),

renamed as (

    select
        ---------- ids
        message_id,

        ---------- strings
        event as receipt_event,
        detail,

        ---------- timestamps
        occurred_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
