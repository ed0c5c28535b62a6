{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

messages as (

    select * from {{ ref('stg_sprout_social__messages') }}

),

messages_evidence as (

    select
        'sprout_social' as source,
        'messages' as table_name,
        cast(social_message_id as {{ dbt.type_string() }}) as record_id,
        cast(social_message_id as {{ dbt.type_string() }}) as origin,
        cast(social_message_id as {{ dbt.type_string() }}) as evidence_id,
        'social' as channel,
        social_handle,
        cast(null as text) as given_name,
        cast(null as date) as birth_date,
        occurred_at as first_seen_at,
        occurred_at as last_seen_at
    from messages

),

unpivoted as (

    {{ unpivot_identifiers('messages_evidence', {'social_handle': 'social_handle'}, own=none) }}

)

select * from unpivoted
