{# Which customer an identifier is: the table every other layer joins through. customer_id holds by exact links alone; the levels beside
   it tell which customer it is when probable links count too (I10). #}
{{ config(
    materialized='renewed',
    touched='int_identity__mappings_touched',
    touched_keys=['identifier_key'],
) }}
with

mapped as (

    select * from {{ touched('int_identity__identifiers_mapped', by='int_identity__mappings_touched', keys=['identifier_key']) }}

),

levels as (

    select * from {{ ref('identity_levels') }}

),

joined as (

    select
        ---------- ids
        mapped.identifier_key,
        mapped.customer_id,
        levels.strict_customer_id,
        levels.wide_customer_id,

        ---------- strings
        mapped.identifier_type,
        case when mapped.customer_id = levels.wide_customer_id then 'exact' else 'probable' end as match_type,

        ---------- numbers
        case when mapped.customer_id = levels.wide_customer_id then 1 else levels.match_probability end as match_probability,

        ---------- booleans
        mapped.is_known_person,
        mapped.is_shared,

        ---------- timestamps
        mapped.first_seen_at,
        mapped.last_seen_at
    from mapped
    inner join levels on mapped.customer_id = levels.customer_id

)

select * from joined
