{# Every identifier that a guard refuses has its refusals on record, and no other identifier is refused as such (I4); vetoes refuse links, not identifiers. #}
with

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

refusals as (

    select distinct identifier_key from {{ ref('identity_refusals') }}
    where guard in ('denylist', 'bad_value', 'limit')

)

select
    coalesce(screened.identifier_key, refusals.identifier_key) as identifier_key,
    screened.guard
from screened
full outer join refusals on screened.identifier_key = refusals.identifier_key
where screened.guard is not null and refusals.identifier_key is null
    or screened.guard is null and refusals.identifier_key is not null
