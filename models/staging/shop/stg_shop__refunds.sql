with

source as (

    select * from {{ source('raw', 'shop__refunds') }}

),

renamed as (

    select
        ---------- ids
        id as refund_id,
        order_id,
        order_line_id,

        ---------- strings
        reason,

        ---------- numbers
        quantity,
        amount,

        ---------- timestamps
        created_at as refunded_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
