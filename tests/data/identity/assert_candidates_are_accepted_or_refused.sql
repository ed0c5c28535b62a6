{# Every link that evidence offers is accepted or refused, never both and never neither (I4): counted from the evidence itself, not from the
   candidates. While a person's overrides hold, his own links would have to be taken out, so
   it is judged only where none does. #}
with

offered as (

    select coalesce(sum(identifier_count - 1), 0) as links
    from (
        select
            evidence_id,
            count(distinct identifier_key) as identifier_count
        from {{ ref('int_identity__evidence_keyed') }}
        group by evidence_id
    ) as counted

),

links as (

    select * from {{ ref('identity_links') }}

),

refusals as (

    select * from {{ ref('identity_refusals') }}
    where other_identifier_key is not null

),

overrides as (

    select * from {{ ref('int_identity__overrides_combined') }}
    where action = 'include'

),

accepted as (

    select coalesce(sum(evidence_count), 0) as links from links

),

refused as (

    select coalesce(sum(evidence_count), 0) as links from refusals

)

select
    offered.links as offered,
    accepted.links as accepted,
    refused.links as refused
from offered
cross join accepted
cross join refused
where offered.links <> accepted.links + refused.links
    and not exists (select 1 from overrides)
