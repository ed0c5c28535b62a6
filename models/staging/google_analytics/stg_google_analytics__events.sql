with

source as (

    select * from {{ source('raw', 'google_analytics__events') }}

),

renamed as (

    select
        ---------- ids
        user_pseudo_id,
        {{ strip_blanks('user_id') }} as user_id,
        ga_session_id,
        transaction_id as order_id,
        item_id as product_id,

        ---------- strings
        event_name as source_event_name,
        {{ normalise_device('device_category') }} as device_type,
        page_location as page_url,
        page_referrer,
        search_term,
        campaign,
        traffic_source_source as campaign_source,
        traffic_source_medium as campaign_medium,
        geo_city as city,
        geo_region as region,
        {{ normalise_country('geo_country') }} as country,
        item_category as category,
        currency,

        ---------- numbers
        row_ordinal,
        value as amount,
        item_price as price,
        item_quantity as quantity,
        engagement_time_msec,

        ---------- timestamps
        event_timestamp as occurred_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
