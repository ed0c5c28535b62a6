{# Integer labels for the graph. A label comes from the key alone, so it is the same in every run and every warehouse of one salt; the
   order of foundation, which decides whose id survives, stands beside it. #}
with

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}
    where is_mapped

),

numbered as (

    select
        identifier_key,
        identifier_type,
        {{ hex_integer('identifier_key') }} as node_id,
        row_number() over (
            order by
                coalesce(first_seen_at, timestamp '9999-01-01 00:00:00'),
                trust_rank,
                {{ binary_order('identifier_key') }}
        ) as founding_number,
        max_per_customer,
        is_linking,
        is_known_person,
        first_seen_at,
        last_seen_at
    from screened

)

select * from numbered
