{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

records as (

    select * from {{ ref('stg_consent__records') }}

),

{# many rows name one recipient: they are one piece of evidence, and no source record of their own #}
records_evidence as (

    select
        'consent' as source,
        'records' as table_name,
        cast(null as {{ dbt.type_string() }}) as record_id,
        recipient as origin,
        {{ evidence_hash(['phone', 'email_match']) }} as evidence_id,
        'consent' as channel,
        phone,
        email_match,
        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as date) as birth_date,
        min(consented_at) as first_seen_at,
        max(consented_at) as last_seen_at
    from records
    where phone is not null or email_match is not null
    group by
        recipient,
        phone,
        email_match

),

unpivoted as (

    {{ unpivot_identifiers('records_evidence', {'phone': 'phone', 'email': 'email_match'}, own=none) }}

)

select * from unpivoted
