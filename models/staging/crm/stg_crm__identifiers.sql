{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

contacts_evidence as (

    select
        'crm' as source,
        'contacts' as table_name,
        cast(contact_id as {{ dbt.type_string() }}) as record_id,
        cast(contact_id as {{ dbt.type_string() }}) as origin,
        cast(contact_id as {{ dbt.type_string() }}) as evidence_id,
        'crm' as channel,
        contact_id,
        loyalty_card_no,
        email_match,
        phone,
        {{ given_name_key('first_name') }} as given_name,
        birth_date,
        created_at as first_seen_at,
        coalesce(updated_at, created_at) as last_seen_at
    from contacts

),

unpivoted as (

    {{ unpivot_identifiers('contacts_evidence', {'crm_contact_id': 'contact_id', 'loyalty_card': 'loyalty_card_no', 'email': 'email_match', 'phone': 'phone'}, own='crm_contact_id') }}

)

select * from unpivoted
