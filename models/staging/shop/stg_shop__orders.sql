with

source as (

    select * from {{ source('raw', 'shop__orders') }}

),

renamed as (

    select
        ---------- ids
        id as order_id,
        {{ strip_blanks('customer_id') }} as account_id,
        cart_token as cart_id,
        checkout_token as checkout_id,

        ---------- strings
        {{ normalise_email('email') }} as email,
        {{ canonical_email('email') }} as email_match,
        {{ normalise_phone('phone') }} as phone,
        coalesce(currency, {{ base_currency() }}) as currency,
        financial_status,
        case coalesce(source_name, 'web') when 'pos' then 'store' else coalesce(source_name, 'web') end as channel,
        {{ normalise_device('device_type', 'client_user_agent') }} as device_type,
        browser_ip as ip_address,
        client_user_agent as user_agent,

        ---------- numbers
        subtotal_price as subtotal_amount,
        total_discounts as discount_amount,
        total_price as total_amount,

        ---------- timestamps
        created_at as ordered_at,
        processed_at,
        updated_at,
        cancelled_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
