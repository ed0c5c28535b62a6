{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

sends as (

    select * from {{ ref('stg_messaging__sends') }}

),

{# many rows name one recipient: they are one piece of evidence, and no source record of their own #}
sends_evidence as (

    select
        'messaging' as source,
        'sends' as table_name,
        cast(null as {{ dbt.type_string() }}) as record_id,
        recipient as origin,
        {{ evidence_hash(['channel', 'phone', 'push_token', 'anonymous_id', 'account_id']) }} as evidence_id,
        channel,
        phone,
        push_token,
        anonymous_id,
        account_id,
        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as date) as birth_date,
        min(sent_at) as first_seen_at,
        max(sent_at) as last_seen_at
    from sends
    where phone is not null or push_token is not null or anonymous_id is not null or account_id is not null
    group by
        recipient,
        channel,
        phone,
        push_token,
        anonymous_id,
        account_id

),

unpivoted as (

    {{ unpivot_identifiers('sends_evidence', {'phone': 'phone', 'push_token': 'push_token', 'anonymous_id': 'anonymous_id', 'account_id': 'account_id'}, own=none) }}

)

select * from unpivoted
