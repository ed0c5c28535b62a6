{# Integer labels for the graph, in order of foundation: the lowest number in a component is its founding identifier. #}
with

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}
    where is_mapped

),

numbered as (

    select
        identifier_key,
        identifier_type,
        row_number() over (
            order by
                coalesce(first_seen_at, timestamp '9999-01-01 00:00:00'),
                trust_rank,
                {{ binary_order('identifier_key') }}
        ) as node_id,
        is_linking,
        is_known_person,
        first_seen_at,
        last_seen_at
    from screened

)

select * from numbered
