{# Every identifier that a guard refuses has its refusals on record, and nothing else is there (I4). #}
with

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

refusals as (

    select distinct identifier_key from {{ ref('identity_refusals') }}

)

select
    coalesce(screened.identifier_key, refusals.identifier_key) as identifier_key,
    screened.guard
from screened
full outer join refusals on screened.identifier_key = refusals.identifier_key
where screened.guard is not null and refusals.identifier_key is null
    or screened.guard is null and refusals.identifier_key is not null
