with

source as (

    select * from {{ source('raw', 'tracker__events') }}

),

renamed as (

    select
        ---------- ids
        message_id as event_id,
        anonymous_id,
        {{ strip_blanks('user_id') }} as user_id,
        previous_id,
        context_device_id as device_id,
        context_device_advertising_id as advertising_id,
        context_device_token as push_token,
        properties_product_id as product_id,
        properties_order_id as order_id,
        properties_checkout_id as checkout_id,
        properties_cart_id as cart_id,
        properties_store_id as store_id,
        {{ normalise_card('traits_loyalty_card_no') }} as loyalty_card_no,

        ---------- strings
        coalesce(type, 'track') as call_type,
        coalesce(event, name) as source_event_name,
        channel,
        {{ normalise_device('context_device_type', 'context_user_agent') }} as device_type,
        context_user_agent as user_agent,
        context_ip as ip_address,
        context_timezone as timezone,
        context_locale as locale,
        context_page_url as page_url,
        context_page_path as page_path,
        context_page_referrer as page_referrer,
        context_campaign_name as campaign,
        context_campaign_source as campaign_source,
        context_campaign_medium as campaign_medium,
        context_location_city as city,
        context_location_region as region,
        {{ normalise_country('context_location_country') }} as country,
        properties_category as category,
        properties_query as search_term,
        properties_payment_method as payment_method,
        properties_currency as currency,
        traits_email as email_address,
        {{ normalise_email('traits_email') }} as email,
        {{ canonical_email('traits_email') }} as email_match,
        {{ normalise_phone('traits_phone', 'context_location_country') }} as phone,
        traits_first_name as first_name,
        traits_last_name as last_name,
        {{ normalise_gender('traits_gender') }} as gender,
        properties_products as products_json,

        ---------- numbers
        properties_price as price,
        properties_quantity as quantity,
        properties_step as step,
        coalesce(properties_total, properties_revenue, properties_value) as amount,
        properties_duration as duration_seconds,

        ---------- dates
        {{ normalise_birth_date('traits_birthday') }} as birth_date,

        ---------- timestamps
        timestamp as occurred_at,
        received_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
