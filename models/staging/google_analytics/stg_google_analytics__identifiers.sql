{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

events as (

    select * from {{ ref('stg_google_analytics__events') }}

),

{# many events name one client: they are one piece of evidence #}
events_evidence as (

    select
        'google_analytics' as source,
        'events' as table_name,
        user_pseudo_id as record_id,
        user_pseudo_id as origin,
        {{ evidence_hash(['user_pseudo_id', 'user_id']) }} as evidence_id,
        'web' as channel,
        user_pseudo_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as date) as birth_date,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    where user_pseudo_id is not null or user_id is not null
    group by
        user_pseudo_id,
        user_id

),

unpivoted as (

    {{ unpivot_identifiers('events_evidence', {'ga_client_id': 'user_pseudo_id', 'account_id': 'user_id'}, own='ga_client_id') }}

)

select * from unpivoted
