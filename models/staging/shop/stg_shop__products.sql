with

source as (

    select * from {{ source('raw', 'shop__products') }}

),

renamed as (

    select
        ---------- ids
        id as product_id,

        ---------- strings
        title,
        category,
        brand,
        coalesce(currency, {{ base_currency() }}) as currency,
        status,

        ---------- numbers
        price,

        ---------- timestamps
        updated_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
