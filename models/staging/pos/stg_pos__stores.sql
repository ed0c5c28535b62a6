with

source as (

    select * from {{ source('raw', 'pos__stores') }}

),

renamed as (

    select
        ---------- ids
        store_id,

        ---------- strings
        name as store_name,
        city,
        {{ normalise_country('country') }} as country,
        timezone,

        ---------- timestamps
        _loaded_at as loaded_at
    from source

)

select * from renamed
