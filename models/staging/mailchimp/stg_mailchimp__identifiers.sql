{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

members_evidence as (

    select
        'mailchimp' as source,
        'members' as table_name,
        cast(member_id as {{ dbt.type_string() }}) as record_id,
        cast(member_id as {{ dbt.type_string() }}) as origin,
        cast(member_id as {{ dbt.type_string() }}) as evidence_id,
        'email' as channel,
        member_id,
        email_match,
        phone,
        {{ given_name_key('first_name') }} as given_name,
        cast(null as date) as birth_date,
        coalesce(signed_up_at, opted_in_at, updated_at) as first_seen_at,
        coalesce(updated_at, opted_in_at, signed_up_at) as last_seen_at
    from members

),

email_activities as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

),

{# an address is written to many times, and put in order once #}
addresses_written_to as (

    select
        email_address,
        {{ canonical_email('email_address') }} as email_match,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from email_activities
    group by email_address

),

{# many rows name one recipient: they are one piece of evidence, and no source record of their own #}
email_activities_evidence as (

    select
        'mailchimp' as source,
        'email_activity' as table_name,
        cast(null as {{ dbt.type_string() }}) as record_id,
        email_address as origin,
        {{ evidence_hash(['email_match']) }} as evidence_id,
        'email' as channel,
        email_match,
        cast(null as {{ dbt.type_string() }}) as given_name,
        cast(null as date) as birth_date,
        first_seen_at,
        last_seen_at
    from addresses_written_to
    where email_match is not null

),

unpivoted as (

    {{ unpivot_identifiers('members_evidence', {'mailchimp_member_id': 'member_id', 'email': 'email_match', 'phone': 'phone'}, own='mailchimp_member_id') }}

    union all

    {{ unpivot_identifiers('email_activities_evidence', {'email': 'email_match'}, own=none) }}

)

select * from unpivoted
