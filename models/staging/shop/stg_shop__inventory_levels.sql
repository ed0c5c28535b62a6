with

source as (

    select * from {{ source('raw', 'shop__inventory_levels') }}

),

renamed as (

    select
        ---------- ids
        product_id,
        location_id,

        ---------- numbers
        available as available_count,

        ---------- timestamps
        updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
