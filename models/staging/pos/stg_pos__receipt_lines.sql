with

source as (

    select * from {{ source('raw', 'pos__receipt_lines') }}

),

renamed as (

    select
        ---------- ids
        receipt_id,
        line_no,
        product_id,
        sku,

        ---------- numbers
        quantity,
        unit_price,
        discount_amount,

        ---------- timestamps
        _loaded_at as loaded_at
    from source

)

select * from renamed
