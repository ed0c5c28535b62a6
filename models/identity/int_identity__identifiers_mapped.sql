{# Which customer an identifier is by exact links, before the levels are put beside it. #}
{{ config(
    materialized='renewed',
    touched='int_identity__nodes_touched',
    touched_keys=['identifier_key'],
) }}
with

ledger as (

    select * from {{ touched('identity_changes', by='int_identity__nodes_touched', keys=['identifier_key']) }}
    where {{ was_known('changed_at') }}

),

screened as (

    select * from {{ touched('int_identity__identifiers_screened', by='int_identity__nodes_touched', keys=['identifier_key']) }}

),

latest as (

    select
        identifier_key,
        max(build_number) as build_number
    from ledger
    group by identifier_key

),

mapped as (

    select
        ledger.identifier_key,
        ledger.to_customer_id as customer_id,
        screened.identifier_type,
        screened.is_known_person,
        not screened.is_linking as is_shared,
        screened.first_seen_at,
        screened.last_seen_at
    from ledger
    inner join latest
        on ledger.identifier_key = latest.identifier_key
        and ledger.build_number = latest.build_number
    inner join screened on ledger.identifier_key = screened.identifier_key
    where ledger.to_customer_id is not null

)

select * from mapped
