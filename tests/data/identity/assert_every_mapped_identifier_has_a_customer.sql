{# No gap: an identifier that may be mapped has a customer, and one that may not has none. #}
with

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

)

select
    coalesce(screened.identifier_key, identity_map.identifier_key) as identifier_key,
    screened.is_mapped,
    identity_map.customer_id
from screened
full outer join identity_map on screened.identifier_key = identity_map.identifier_key
where coalesce(screened.is_mapped, false) <> (identity_map.customer_id is not null)
