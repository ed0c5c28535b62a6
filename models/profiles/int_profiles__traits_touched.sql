{# Whose traits a renewal ranks again: everybody whose events are looked at, since an identifier or a record came to or left them, or the network sees them elsewhere;
   those of whom a record or a call tells something else, or which the clock hid in the last run; and those who grew a year older since.
   Whoever a call may be of counts, by its account and by its cookie, and so where the account itself came to or left somebody.
   Empty where everything is made anew. #}
{%- set today = local_date(as_of(), default_timezone()) %}
{%- set former_day = local_date('plan.former_as_of', default_timezone()) %}

with

plan as (

    select * from {{ ref('int_profiles__reads_planned') }}

),

customers_touched as (

    select * from {{ ref('int_profiles__customers_touched') }}

),

told as (

    select * from {{ ref('int_staging__people_described') }}

),

told_changes as (

    select * from {{ changes_of('int_staging__people_described') }}

),

mapping_changes as (

    select * from {{ changes_of('identity_map') }}
    where identifier_type = 'account_id'

),

keyed as (

    select * from {{ ref('int_staging__identifiers_keyed') }}
    where identifier_type = 'account_id'

),

record_map as (

    select * from {{ ref('record_map') }}

),

identifiers as (

    select * from {{ ref('int_profiles__identifiers_resolved') }}

),

looked_at as (

    select
        source,
        table_name,
        record_id,
        anonymous_id,
        user_id
    from told_changes

    union

    select
        told.source,
        told.table_name,
        told.record_id,
        told.anonymous_id,
        told.user_id
    from told
    cross join plan
    where
        told.observed_at > plan.former_as_of
        or {{ years_between('told.birth_date', former_day) }} <> {{ years_between('told.birth_date', today) }}

    union

    select
        told.source,
        told.table_name,
        told.record_id,
        told.anonymous_id,
        told.user_id
    from told
    inner join keyed on told.user_id = keyed.identifier_value
    inner join mapping_changes on keyed.identifier_key = mapping_changes.identifier_key

),

touched as (

    select customer_id from customers_touched

    union

    select record_map.customer_id
    from record_map
    inner join looked_at
        on record_map.source = looked_at.source
        and record_map.table_name = looked_at.table_name
        and record_map.record_id = looked_at.record_id

    union

    select identifiers.customer_id
    from identifiers
    inner join looked_at on identifiers.identifier_value = looked_at.user_id
    where identifiers.identifier_type = 'account_id'

    union

    select identifiers.customer_id
    from identifiers
    inner join looked_at on identifiers.identifier_value = looked_at.anonymous_id
    where identifiers.identifier_type = 'anonymous_id'

)

select customer_id from touched
