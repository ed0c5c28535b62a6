{# Each exact value of the denylist that landed is refused by it: read from the seed by a plain join, not by the guard's own code. #}
with

denylist as (

    select * from {{ ref('identifier_denylist') }}
    where match = 'exact'

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

)

select
    identifiers.identifier_key,
    identifiers.identifier_type,
    denylist.reason
from identifiers
inner join denylist
    on identifiers.identifier_type = denylist.identifier_type
    and identifiers.identifier_value = denylist.value
inner join screened on identifiers.identifier_key = screened.identifier_key
where screened.guard is distinct from 'denylist'
