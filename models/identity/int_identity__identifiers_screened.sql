{# Which identifiers may link, and which guard refuses the others (I4). The result is a function of the whole evidence,
   so neither row order nor batching can change it. #}
-- depends_on: {{ ref('identifier_denylist') }}
with

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

types as (

    select * from {{ ref('identifier_types') }}

),

limits as (

    select * from {{ ref('identifier_limits') }}

),

denied as (

    select
        identifier_key,
        {{ denylist_guard('identifier_type', 'identifier_value') }} as denylist_reason
    from identifiers

),

{# a value that the denylist refuses must not count against the limits of those it was typed beside #}
evidence_allowed as (

    select evidence.*
    from evidence
    inner join denied on evidence.identifier_key = denied.identifier_key
    where denied.denylist_reason is null

),

seen_together as (

    select distinct
        evidence_allowed.identifier_type,
        evidence_allowed.identifier_key,
        others.identifier_type as counted,
        others.identifier_key as counted_value
    from evidence_allowed
    inner join limits on evidence_allowed.identifier_type = limits.identifier_type
    inner join evidence_allowed as others
        on evidence_allowed.evidence_id = others.evidence_id
        and limits.counted = others.identifier_type

    union

    select
        identifier_type,
        identifier_key,
        'given_name' as counted,
        given_name_initials as counted_value
    from evidence_allowed
    where given_name_initials is not null

),

counted_by_type as (

    select
        seen_together.identifier_type,
        seen_together.identifier_key,
        seen_together.counted,
        count(*) as seen_count
    from seen_together
    group by
        seen_together.identifier_type,
        seen_together.identifier_key,
        seen_together.counted

),

over_limit as (

    select
        counted_by_type.identifier_key,
        min(counted_by_type.seen_count || ' different ' || counted_by_type.counted || ', limit ' || limits.max_count) as limit_detail
    from counted_by_type
    inner join limits
        on counted_by_type.identifier_type = limits.identifier_type
        and counted_by_type.counted = limits.counted
    where counted_by_type.seen_count > limits.max_count
    group by counted_by_type.identifier_key

),

screened as (

    select
        identifiers.identifier_key,
        identifiers.identifier_type,
        case
            when denied.denylist_reason is not null then 'denylist'
            when over_limit.limit_detail is not null then 'limit'
        end as guard,
        coalesce(denied.denylist_reason, over_limit.limit_detail) as detail,
        types.trust_rank,
        types.is_known_person,
        denied.denylist_reason is null and over_limit.limit_detail is null as is_linking,
        {# a shared cookie keeps a customer of its own, an anonymous one; a shared phone belongs to nobody (I5) #}
        denied.denylist_reason is null and (over_limit.limit_detail is null or types.is_standalone and not types.is_known_person) as is_mapped,
        identifiers.first_seen_at,
        identifiers.last_seen_at
    from identifiers
    inner join types on identifiers.identifier_type = types.identifier_type
    inner join denied on identifiers.identifier_key = denied.identifier_key
    left join over_limit on identifiers.identifier_key = over_limit.identifier_key

)

select * from screened
