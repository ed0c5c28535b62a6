with

source as (

    select * from {{ source('raw', 'privacy__requests') }}

),

renamed as (

    select
        ---------- ids
        request_id,

        ---------- strings
        kind as request_kind,
        identifier_type,
        identifier_value,

        ---------- timestamps
        requested_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
