{# The ledger of customer ids: only ever appended to, kept by a rebuild, and the one place where ids are given (I6).
   An id goes to the component that holds its founding identifier, so that undoing a merge gives both their former ids back; where the founder
   is gone, to the one that holds most of the identifiers it had, ties to the oldest.
   Where several ids meet in a component, the one founded first survives. A component that inherits none is named for its own founder. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    access='public',
) }}

with

all_members as (

    select * from {{ ref('int_identity__members_grouped') }}

),

members as (

    select * from {{ touched('int_identity__members_grouped', by='int_identity__nodes_touched', keys=['identifier_key']) }}

),

{% if is_incremental() %}
whole_ledger as (

    select * from {{ this }}

),
{% else %}
whole_ledger as (

    select
        cast(null as {{ dbt.type_string() }}) as identifier_key,
        cast(null as {{ dbt.type_string() }}) as to_customer_id,
        cast(null as bigint) as build_number,
        cast(null as timestamp) as changed_at
    where false

),
{% endif %}

{# told again as of a past day, ids are given by what the ledger said then #}
known_ledger as (

    select * from whole_ledger
    where {{ was_known('changed_at') }}

),

ledger as (

    select * from {{ touched_of('known_ledger', by='int_identity__nodes_touched', keys=['identifier_key']) }}

),

latest as (

    select
        identifier_key,
        max(build_number) as build_number
    from ledger
    group by identifier_key

),

assigned_before as (

    select
        ledger.identifier_key,
        ledger.to_customer_id as customer_id
    from ledger
    inner join latest
        on ledger.identifier_key = latest.identifier_key
        and ledger.build_number = latest.build_number

),

builds as (

    select coalesce(max(build_number), 0) + 1 as build_number from whole_ledger

),

inherited as (

    select
        members.component_id,
        assigned_before.customer_id,
        count(*) as member_count,
        max(case when {{ customer_id_of('members.identifier_key') }} = assigned_before.customer_id then 1 else 0 end) as holds_founder,
        min(members.founding_place) as oldest_place
    from members
    inner join assigned_before on members.identifier_key = assigned_before.identifier_key
    where assigned_before.customer_id is not null
    group by
        members.component_id,
        assigned_before.customer_id

),

{# an id goes to one component only ... #}
claimed as (

    select
        inherited.*,
        row_number() over (
            partition by inherited.customer_id
            order by
                inherited.holds_founder desc,
                inherited.member_count desc,
                inherited.oldest_place asc
        ) as claim
    from inherited

),

founders_of_ids as (

    select
        {{ customer_id_of('identifier_key') }} as customer_id,
        founding_place as founder_place
    from all_members

),

{# ... and a component keeps one id only: the one founded first; an id whose founder is gone comes after those whose founder lives #}
kept as (

    select
        claimed.component_id,
        claimed.customer_id,
        row_number() over (
            partition by claimed.component_id
            order by
                case when founders_of_ids.founder_place is null then 1 else 0 end,
                founders_of_ids.founder_place,
                claimed.oldest_place,
                {{ binary_order('claimed.customer_id') }}
        ) as place
    from claimed
    left join founders_of_ids on claimed.customer_id = founders_of_ids.customer_id
    where claimed.claim = 1

),

first_members as (

    select
        component_id,
        min(founding_place) as founding_place
    from members
    group by component_id

),

founded as (

    select
        members.component_id,
        {{ customer_id_of('members.identifier_key') }} as customer_id,
        {{ customer_id_of("members.identifier_key || ':' || builds.build_number") }} as spare_customer_id
    from members
    inner join first_members
        on members.component_id = first_members.component_id
        and members.founding_place = first_members.founding_place
    cross join builds

),

{# of a group that this run does not look at no id may be given anew #}
held_by_others as (
    {% if is_renewed() %}
    select distinct known_ledger.to_customer_id as customer_id
    from known_ledger
    inner join founded on known_ledger.to_customer_id = founded.customer_id
    inner join (
        select
            known_ledger.identifier_key,
            max(known_ledger.build_number) as build_number
        from known_ledger
        inner join (
            select distinct held.identifier_key
            from known_ledger as held
            inner join founded on held.to_customer_id = founded.customer_id
            left join assigned_before on held.identifier_key = assigned_before.identifier_key
            where assigned_before.identifier_key is null
        ) as others on known_ledger.identifier_key = others.identifier_key
        group by known_ledger.identifier_key
    ) as newest
        on known_ledger.identifier_key = newest.identifier_key
        and known_ledger.build_number = newest.build_number
    {% else %}
    select customer_id
    from founded
    where false
    {% endif %}
),

named as (

    select
        founded.component_id,
        case
            when kept.customer_id is not null then kept.customer_id
            when elsewhere.customer_id is not null or held_by_others.customer_id is not null then founded.spare_customer_id
            else founded.customer_id
        end as customer_id
    from founded
    left join kept
        on founded.component_id = kept.component_id
        and kept.place = 1
    {# the founder's own id may live on in another component that it left behind #}
    left join kept as elsewhere
        on founded.customer_id = elsewhere.customer_id
        and elsewhere.place = 1
        and founded.component_id <> elsewhere.component_id
    left join held_by_others on founded.customer_id = held_by_others.customer_id

),

assigned_now as (

    select
        members.identifier_key,
        named.customer_id
    from members
    inner join named on members.component_id = named.component_id

),

compared as (

    select
        coalesce(assigned_now.identifier_key, assigned_before.identifier_key) as identifier_key,
        assigned_before.customer_id as from_customer_id,
        assigned_now.customer_id as to_customer_id
    from assigned_now
    full outer join assigned_before on assigned_now.identifier_key = assigned_before.identifier_key

),

{# ids that still stand after this build tell a split (the old id lives on) from a merge (it does not) #}
standing as (

    select distinct customer_id from assigned_now

),

changed as (

    select
        compared.identifier_key,
        compared.from_customer_id,
        compared.to_customer_id,
        case
            when compared.from_customer_id is null then 'new'
            when compared.to_customer_id is null then 'refused'
            when standing.customer_id is null then 'merge'
            else 'split'
        end as cause,
        builds.build_number
    from compared
    cross join builds
    left join standing on compared.from_customer_id = standing.customer_id
    where compared.from_customer_id is distinct from compared.to_customer_id

),

{# the bridge of a merge: the first link that leads from what was the customer's to what was not #}
links as (

    select * from {{ ref('int_identity__links_made') }}

),

linked as (

    select
        lefts.component_id,
        lefts.identifier_key as left_identifier_key,
        rights.identifier_key as right_identifier_key,
        links.evidence_id,
        links.first_seen_at
    from links
    inner join members as lefts on links.left_node_id = lefts.node_id
    inner join members as rights
        on links.right_node_id = rights.node_id
        and lefts.component_id = rights.component_id

),

link_ends as (

    select
        component_id,
        left_identifier_key as identifier_key,
        right_identifier_key as other_identifier_key,
        evidence_id,
        first_seen_at
    from linked

    union all

    select
        component_id,
        right_identifier_key as identifier_key,
        left_identifier_key as other_identifier_key,
        evidence_id,
        first_seen_at
    from linked

),

retired as (

    select distinct from_customer_id
    from changed
    where cause = 'merge'

),

bridges as (

    select
        retired.from_customer_id,
        link_ends.evidence_id,
        link_ends.first_seen_at,
        row_number() over (
            partition by retired.from_customer_id
            order by
                case when link_ends.first_seen_at is null then 1 else 0 end,
                link_ends.first_seen_at,
                {{ binary_order('link_ends.evidence_id') }},
                {{ binary_order('link_ends.other_identifier_key') }}
        ) as place
    from retired
    inner join assigned_before on retired.from_customer_id = assigned_before.customer_id
    inner join link_ends on assigned_before.identifier_key = link_ends.identifier_key
    left join assigned_before as others on link_ends.other_identifier_key = others.identifier_key
    where others.customer_id is distinct from retired.from_customer_id

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

{# what was known of the identifier when it moved: the first evidence that names it (source, table and record) #}
first_evidence as (

    select
        identifier_key,
        min({{ binary_order('evidence_id') }}) as evidence_id
    from {{ touched('int_identity__evidence_keyed', by='int_identity__nodes_touched', keys=['identifier_key']) }}
    group by identifier_key

),

explained as (

    select
        ---------- ids
        changed.identifier_key,
        changed.from_customer_id,
        changed.to_customer_id,

        ---------- strings
        case when changed.cause = 'refused' and screened.identifier_key is null then 'erase' else changed.cause end as cause,
        coalesce(bridges.evidence_id, first_evidence.evidence_id) as evidence,
        case when changed.cause = 'refused' then screened.guard || ': ' || screened.detail end as detail,

        ---------- numbers
        cast(changed.build_number as bigint) as build_number,

        ---------- timestamps
        coalesce(bridges.first_seen_at, screened.first_seen_at) as happened_at,
        {{ as_of() }} as changed_at
    from changed
    left join first_evidence on changed.identifier_key = first_evidence.identifier_key
    left join screened on changed.identifier_key = screened.identifier_key
    left join bridges
        on changed.from_customer_id = bridges.from_customer_id
        and changed.cause = 'merge'
        and bridges.place = 1

)

select * from explained
