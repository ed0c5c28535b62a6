{# Every customer id ever given is living or has an alias, never both, and an alias leads to a living customer in one hop (I6). #}
with

given as (

    select distinct to_customer_id as customer_id
    from {{ ref('identity_changes') }}
    where to_customer_id is not null

),

living as (

    select distinct customer_id from {{ ref('identity_map') }}

),

aliases as (

    select * from {{ ref('identity_aliases') }}

)

select
    given.customer_id,
    aliases.customer_id as heir_customer_id,
    living.customer_id is not null as is_living
from given
left join living on given.customer_id = living.customer_id
left join aliases on given.customer_id = aliases.retired_customer_id
left join living as heirs on aliases.customer_id = heirs.customer_id
where (living.customer_id is null) <> (aliases.retired_customer_id is not null)
    or aliases.customer_id is not null and heirs.customer_id is null
