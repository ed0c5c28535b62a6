{# Which customer an identifier is: the table every other layer joins through. #}
with

ledger as (

    select * from {{ ref('identity_changes') }}

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

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
        ---------- ids
        ledger.identifier_key,
        ledger.to_customer_id as customer_id,

        ---------- strings
        screened.identifier_type,
        'exact' as match_type,

        ---------- numbers
        cast(1 as {{ dbt.type_numeric() }}) as match_probability,

        ---------- booleans
        screened.is_known_person,
        not screened.is_linking as is_shared,

        ---------- timestamps
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
