with

source as (

    select * from {{ source('raw', 'pos__receipts') }}

),

renamed as (

    select
        ---------- ids
        receipt_id,
        store_id,
        register_id,
        {{ normalise_card('loyalty_card_no') }} as loyalty_card_no,
        payment_token,

        ---------- strings
        case when kind = 'return' then 'return' else 'sale' end as kind,
        {{ normalise_email('email') }} as email,
        {{ canonical_email('email') }} as email_match,
        {{ normalise_phone('phone') }} as phone,
        coalesce(currency, {{ base_currency() }}) as currency,

        ---------- numbers
        total_amount,

        ---------- timestamps
        occurred_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
