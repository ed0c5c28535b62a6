{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

receipts as (

    select * from {{ ref('stg_pos__receipts') }}

),

receipts_evidence as (

    select
        'pos' as source,
        'receipts' as table_name,
        cast(receipt_id as {{ dbt.type_string() }}) as record_id,
        cast(receipt_id as {{ dbt.type_string() }}) as origin,
        cast(receipt_id as {{ dbt.type_string() }}) as evidence_id,
        'store' as channel,
        loyalty_card_no,
        email_match,
        phone,
        payment_token,
        cast(null as text) as given_name,
        cast(null as date) as birth_date,
        occurred_at as first_seen_at,
        occurred_at as last_seen_at
    from receipts

),

unpivoted as (

    {{ unpivot_identifiers('receipts_evidence', {'loyalty_card': 'loyalty_card_no', 'email': 'email_match', 'phone': 'phone', 'payment_token': 'payment_token'}, own=none) }}

)

select * from unpivoted
