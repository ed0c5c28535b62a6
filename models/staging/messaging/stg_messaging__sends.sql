with

source as (

    select * from {{ source('raw', 'messaging__sends') }}

),

renamed as (

    select
        ---------- ids
        message_id,
        campaign_id,
        recipient,
        case when recipient_type = 'push_token' then recipient end as push_token,
        case when recipient_type = 'anonymous_id' then recipient end as anonymous_id,
        case when recipient_type = 'account_id' then {{ strip_blanks('recipient') }} end as account_id,

        ---------- strings
        channel,
        recipient_type,
        case when recipient_type = 'phone' then {{ normalise_phone('recipient') }} end as phone,
        journey,
        step,
        variant,

        ---------- timestamps
        sent_at,
        _loaded_at as loaded_at
    from source

)

select * from renamed
