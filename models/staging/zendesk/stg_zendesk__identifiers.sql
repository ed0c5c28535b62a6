{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

users_evidence as (

    select
        'zendesk' as source,
        'users' as table_name,
        cast(zendesk_user_id as {{ dbt.type_string() }}) as record_id,
        cast(zendesk_user_id as {{ dbt.type_string() }}) as origin,
        cast(zendesk_user_id as {{ dbt.type_string() }}) as evidence_id,
        'service' as channel,
        zendesk_user_id,
        account_id,
        email_match,
        phone,
        {{ given_name_key('full_name') }} as given_name,
        cast(null as date) as birth_date,
        created_at as first_seen_at,
        coalesce(updated_at, created_at) as last_seen_at
    from users

),

unpivoted as (

    {{ unpivot_identifiers('users_evidence', {'zendesk_user_id': 'zendesk_user_id', 'account_id': 'account_id', 'email': 'email_match', 'phone': 'phone'}, own='zendesk_user_id') }}

)

select * from unpivoted
