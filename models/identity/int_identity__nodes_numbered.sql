{# Integer labels for the graph. A label comes from the key alone, so it is the same in every run and every warehouse of one salt; the
   order of foundation, which decides whose id survives, stands beside it as a text that sorts. #}
{{ config(
    materialized='renewed',
    touched='int_identity__identifiers_touched',
    touched_keys=['identifier_key'],
) }}
with

screened as (

    select * from {{ touched('int_identity__identifiers_screened', by='int_identity__identifiers_touched', keys=['identifier_key']) }}
    where is_mapped

),

numbered as (

    select
        identifier_key,
        identifier_type,
        {{ hex_integer('identifier_key') }} as node_id,
        {# eighteen digits of microseconds since the year 1, four of trust, the key #}
        lpad(cast({{ epoch_microseconds("coalesce(first_seen_at, timestamp '9999-01-01 00:00:00')") }} + 62135596800000000 as {{ dbt.type_string() }}), 18, '0')
        || lpad(cast(trust_rank as {{ dbt.type_string() }}), 4, '0')
        || identifier_key as founding_place,
        max_per_customer,
        is_linking,
        is_known_person,
        first_seen_at,
        last_seen_at
    from screened

)

select * from numbered
