{# One row per evidence and identifier that it names. Calls that name the same identifiers are one evidence:
   a shared cookie is then several pieces of evidence, and refusing the cookie refuses none of the others. #}
with

events as (

    select * from {{ ref('stg_tracker__events') }}

),

named as (

    select
        coalesce(anonymous_id, user_id) as record_id,
        anonymous_id,
        user_id,
        device_id,
        advertising_id,
        push_token,
        email_match,
        phone,
        loyalty_card_no,
        channel,
        first_name,
        occurred_at
    from events
    where anonymous_id is not null or user_id is not null

    union all

    {# an alias call says that the id used before is this account #}
    select
        previous_id as record_id,
        previous_id as anonymous_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as device_id,
        cast(null as {{ dbt.type_string() }}) as advertising_id,
        cast(null as {{ dbt.type_string() }}) as push_token,
        cast(null as {{ dbt.type_string() }}) as email_match,
        cast(null as {{ dbt.type_string() }}) as phone,
        cast(null as {{ dbt.type_string() }}) as loyalty_card_no,
        channel,
        cast(null as {{ dbt.type_string() }}) as first_name,
        occurred_at
    from events
    where call_type = 'alias' and previous_id is not null and user_id is not null and previous_id <> user_id

),

counted as (

    select
        record_id,
        anonymous_id,
        user_id,
        device_id,
        advertising_id,
        push_token,
        email_match,
        phone,
        loyalty_card_no,
        channel,
        first_name,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from named
    group by
        record_id,
        anonymous_id,
        user_id,
        device_id,
        advertising_id,
        push_token,
        email_match,
        phone,
        loyalty_card_no,
        channel,
        first_name

),

tracker_evidence as (

    select
        'tracker' as source,
        'events' as table_name,
        record_id,
        record_id as origin,
        {{ evidence_hash(['record_id', 'user_id', 'device_id', 'advertising_id', 'push_token', 'email_match', 'phone', 'loyalty_card_no', 'channel', 'first_name']) }} as evidence_id,
        channel,
        anonymous_id,
        user_id,
        device_id,
        advertising_id,
        push_token,
        email_match,
        phone,
        loyalty_card_no,
        {{ given_name_key('first_name') }} as given_name,
        cast(null as date) as birth_date,
        first_seen_at,
        last_seen_at
    from counted

),

unpivoted as (

    {{ unpivot_identifiers('tracker_evidence', {'anonymous_id': 'anonymous_id', 'account_id': 'user_id', 'device_id': 'device_id', 'advertising_id': 'advertising_id', 'push_token': 'push_token', 'email': 'email_match', 'phone': 'phone', 'loyalty_card': 'loyalty_card_no'}, own='anonymous_id') }}

)

select * from unpivoted
