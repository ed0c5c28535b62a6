with

source as (

    select * from {{ source('raw', 'shop__order_lines') }}

),

renamed as (

    select
        ---------- ids
        id as order_line_id,
        order_id,
        product_id,
        variant_id,
        sku,

        ---------- strings
        title,

        ---------- numbers
        quantity,
        price as unit_price,
        total_discount as discount_amount,

        ---------- timestamps
        _loaded_at as loaded_at
    from source

)

select * from renamed
