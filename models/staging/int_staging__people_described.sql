{# What sources tell of a person, in their own words: records of people, and the calls of the tracker that name a trait. They are few among all calls, and three
   tables read them: so they are read from raw once. Holds plain values: staging only. #}
{{ config(
    materialized='renewed',
    touched='int_staging__origins_touched',
    touched_keys=['source', 'table_name', 'origin'],
    keys=['source', 'table_name', 'origin', 'record_id'],
) }}
{%- set text = dbt.type_string() %}
{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' %}

with

contacts as (

    select * from {{ touched_view('stg_crm__contacts') }}

),

accounts as (

    select * from {{ touched_view('stg_shop__customers') }}

),

tracker_events as (

    select * from {{ touched_view('stg_tracker__events') }}

),

members as (

    select * from {{ touched_view('stg_mailchimp__members') }}

),

users as (

    select * from {{ touched_view('stg_zendesk__users') }}

),

told as (

    select
        'crm' as source,
        'contacts' as table_name,
        cast(contact_id as {{ text }}) as record_id,
        cast(contact_id as {{ text }}) as origin,
        {{ nothing }} as anonymous_id,
        {{ nothing }} as user_id,
        first_name,
        last_name,
        gender,
        marital_status,
        occupation,
        income_band,
        street,
        postal_code,
        district,
        city,
        country,
        birth_date,
        coalesce(updated_at, created_at) as observed_at
    from contacts

    union all

    select
        'shop' as source,
        'customers' as table_name,
        cast(record_id as {{ text }}) as record_id,
        cast(record_id as {{ text }}) as origin,
        {{ nothing }} as anonymous_id,
        {{ nothing }} as user_id,
        first_name,
        last_name,
        {{ nothing }} as gender,
        {{ nothing }} as marital_status,
        {{ nothing }} as occupation,
        {{ nothing }} as income_band,
        {{ nothing }} as street,
        {{ nothing }} as postal_code,
        {{ nothing }} as district,
        city,
        country,
        cast(null as date) as birth_date,
        coalesce(updated_at, created_at) as observed_at
    from accounts

    union all

    select
        'tracker' as source,
        'events' as table_name,
        cast(event_id as {{ text }}) as record_id,
        coalesce(anonymous_id, user_id) as origin,
        anonymous_id,
        user_id,
        first_name,
        last_name,
        gender,
        {{ nothing }} as marital_status,
        {{ nothing }} as occupation,
        {{ nothing }} as income_band,
        {{ nothing }} as street,
        {{ nothing }} as postal_code,
        {{ nothing }} as district,
        {{ nothing }} as city,
        {{ nothing }} as country,
        birth_date,
        occurred_at as observed_at
    from tracker_events
    where
        (first_name is not null or last_name is not null or gender is not null or birth_date is not null)
        and (anonymous_id is not null or user_id is not null)

    union all

    select
        'mailchimp' as source,
        'members' as table_name,
        cast(member_id as {{ text }}) as record_id,
        cast(member_id as {{ text }}) as origin,
        {{ nothing }} as anonymous_id,
        {{ nothing }} as user_id,
        first_name,
        last_name,
        {{ nothing }} as gender,
        {{ nothing }} as marital_status,
        {{ nothing }} as occupation,
        {{ nothing }} as income_band,
        {{ nothing }} as street,
        {{ nothing }} as postal_code,
        {{ nothing }} as district,
        {{ nothing }} as city,
        {{ nothing }} as country,
        cast(null as date) as birth_date,
        coalesce(updated_at, opted_in_at, signed_up_at) as observed_at
    from members

    union all

    {# the contact centre writes the name as one: its last word is the last name #}
    select
        'zendesk' as source,
        'users' as table_name,
        cast(zendesk_user_id as {{ text }}) as record_id,
        cast(zendesk_user_id as {{ text }}) as origin,
        {{ nothing }} as anonymous_id,
        {{ nothing }} as user_id,
        {{ rewrite('full_name', [[' +$', ''], [' +[^ ]+$', '']]) }} as first_name,
        case when full_name like '% %' then {{ empty_to_null(rewrite('full_name', [[' +$', ''], ['^.* ', '']])) }} end as last_name,
        {{ nothing }} as gender,
        {{ nothing }} as marital_status,
        {{ nothing }} as occupation,
        {{ nothing }} as income_band,
        {{ nothing }} as street,
        {{ nothing }} as postal_code,
        {{ nothing }} as district,
        {{ nothing }} as city,
        {{ nothing }} as country,
        cast(null as date) as birth_date,
        coalesce(updated_at, created_at) as observed_at
    from users

),

{# an alias call is read for the id used before, too, and is of its own origin #}
kept as (

    select
        ---------- ids
        source,
        table_name,
        record_id,
        origin,
        anonymous_id,
        user_id,

        ---------- strings
        first_name,
        last_name,
        gender,
        marital_status,
        occupation,
        income_band,
        street,
        postal_code,
        district,
        city,
        country,

        ---------- dates
        birth_date,

        ---------- timestamps
        observed_at
    from {{ touched_of('told', by='int_staging__origins_touched', keys=['source', 'table_name', 'origin']) }}

)

select * from kept
