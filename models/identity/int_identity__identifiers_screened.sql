{# Which identifiers may link, and which guard refuses the others (I4). The result is a function of the whole evidence,
   so neither row order nor batching can change it. #}
{{ config(
    materialized='renewed',
    touched='int_identity__identifiers_touched',
    touched_keys=['identifier_key'],
) }}
-- depends_on: {{ ref('identifier_denylist') }}
with

identifiers as (

    select * from {{ touched('int_staging__identifiers_keyed', by='int_identity__evidence_reread', keys=['identifier_key']) }}

),

evidence as (

    select * from {{ touched('int_identity__evidence_keyed', by='int_identity__evidence_reread', keys=['evidence_id']) }}

),

types as (

    select * from {{ ref('identifier_types') }}

),

limits as (

    select * from {{ ref('identifier_limits') }}

),

included as (

    {# whom a person included has a customer, whatever the guards say of his other links #}
    select identifier_key
    from {{ ref('int_identity__overrides_combined') }}
    where action = 'include'

    union

    select other_identifier_key as identifier_key
    from {{ ref('int_identity__overrides_combined') }}
    where action = 'include'

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

counting as (

    select distinct
        identifier_type,
        counted
    from limits

),

seen_together as (

    {# with whom, and since when #}
    select
        evidence_allowed.identifier_type,
        evidence_allowed.identifier_key,
        others.identifier_type as counted,
        others.identifier_key as counted_value,
        min(evidence_allowed.first_seen_at) as first_seen_at
    from evidence_allowed
    inner join counting on evidence_allowed.identifier_type = counting.identifier_type
    inner join evidence_allowed as others
        on evidence_allowed.evidence_id = others.evidence_id
        and counting.counted = others.identifier_type
    group by
        evidence_allowed.identifier_type,
        evidence_allowed.identifier_key,
        others.identifier_type,
        others.identifier_key

    union all

    select
        identifier_type,
        identifier_key,
        'given_name' as counted,
        given_name_initials as counted_value,
        min(first_seen_at) as first_seen_at
    from evidence_allowed
    where given_name_initials is not null
    group by
        identifier_type,
        identifier_key,
        given_name_initials

),

counted_ever as (

    select
        identifier_type,
        identifier_key,
        counted,
        'ever' as time_window,
        count(*) as seen_count
    from seen_together
    group by
        identifier_type,
        identifier_key,
        counted

),

{# how many were first seen within the window that ends at each of them; the fullest window counts #}
counted_in_windows as (

    select
        rolled.identifier_type,
        rolled.identifier_key,
        rolled.counted,
        rolled.time_window,
        max(rolled.seen_count) as seen_count
    from (
        {%- for time_window, seconds in {'week': 604800, 'month': 2592000, 'year': 31536000}.items() %}
        {%- if not loop.first %}
        union all
        {%- endif %}
        select
            seen_together.identifier_type,
            seen_together.identifier_key,
            seen_together.counted,
            '{{ time_window }}' as time_window,
            count(*) over (
                partition by
                    seen_together.identifier_key,
                    seen_together.counted
                order by {{ epoch_microseconds('seen_together.first_seen_at') }}
                range between {{ seconds * 1000000 - 1 }} preceding and current row
            ) as seen_count
        from seen_together
        inner join limits
            on seen_together.identifier_type = limits.identifier_type
            and seen_together.counted = limits.counted
            and limits.time_window = '{{ time_window }}'
        where seen_together.first_seen_at is not null
        {%- endfor %}
    ) as rolled
    group by
        rolled.identifier_type,
        rolled.identifier_key,
        rolled.counted,
        rolled.time_window

),

counted_by_type as (

    select * from counted_ever

    union all

    select * from counted_in_windows

),

over_limit as (

    select
        counted_by_type.identifier_key,
        max(case when counted_by_type.counted = 'given_name' then 1 else 0 end) as is_bad_value,
        min(
            counted_by_type.seen_count || ' different ' || counted_by_type.counted
            || case when limits.time_window = 'ever' then '' else ' in a ' || limits.time_window end
            || ', limit ' || limits.max_count
        ) as limit_detail
    from counted_by_type
    inner join limits
        on counted_by_type.identifier_type = limits.identifier_type
        and counted_by_type.counted = limits.counted
        and counted_by_type.time_window = limits.time_window
    where counted_by_type.seen_count > limits.max_count
    group by counted_by_type.identifier_key

),

screened as (

    select
        identifiers.identifier_key,
        identifiers.identifier_type,
        case
            when denied.denylist_reason is not null then 'denylist'
            when over_limit.is_bad_value = 1 then 'bad_value'
            when over_limit.limit_detail is not null then 'limit'
        end as guard,
        coalesce(denied.denylist_reason, over_limit.limit_detail) as detail,
        types.trust_rank,
        types.max_per_customer,
        types.is_known_person,
        denied.denylist_reason is null and over_limit.limit_detail is null as is_linking,
        {# a shared cookie keeps a customer of its own, an anonymous one; a shared phone belongs to nobody (I5) #}
        included.identifier_key is not null
        or denied.denylist_reason is null and (over_limit.limit_detail is null or types.is_standalone and not types.is_known_person) as is_mapped,
        identifiers.first_seen_at,
        identifiers.last_seen_at
    from identifiers
    inner join types on identifiers.identifier_type = types.identifier_type
    inner join denied on identifiers.identifier_key = denied.identifier_key
    left join over_limit on identifiers.identifier_key = over_limit.identifier_key
    left join included on identifiers.identifier_key = included.identifier_key

),

{# what stands beside a touched identifier was read only to judge it #}
kept as (

    select * from {{ touched_of('screened', by='int_identity__identifiers_touched', keys=['identifier_key']) }}

)

select * from kept
