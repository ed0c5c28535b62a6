{# A value that the denylist refuses names nobody, so no customer holds it and no record is mapped by it. #}
with

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}
    where guard = 'denylist'

),

identity_map as (

    select * from {{ ref('identity_map') }}

)

select
    identity_map.identifier_key,
    identity_map.customer_id,
    screened.detail
from screened
inner join identity_map on screened.identifier_key = identity_map.identifier_key
