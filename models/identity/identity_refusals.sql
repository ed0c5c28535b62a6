{# The ledger of the guards (I4): every link that was offered and refused, and why. An identifier that a guard refuses links nothing;
   a veto refuses the one link that would have joined two clusters which may not be one. #}
with

candidates as (

    select * from {{ ref('int_identity__candidates_made') }}

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

nodes as (

    select * from {{ ref('int_identity__nodes_numbered') }}

),

links as (

    select * from {{ ref('int_identity__links_made') }}

),

clusters as (

    select * from {{ ref('int_identity__components_vetoed') }}

),

vetoes as (

    select * from {{ ref('int_identity__vetoes_found') }}

),

refused_by_screening as (

    select
        identifier_key,
        other_identifier_key,
        identifier_type,
        guard,
        detail,
        evidence_id,
        evidence_count,
        first_seen_at as observed_at
    from candidates
    where guard is not null

),

{# refused, and in no pair as the refused end: it stood alone, or with others no better #}
refused_alone as (

    select
        screened.identifier_key,
        cast(null as {{ dbt.type_string() }}) as other_identifier_key,
        screened.identifier_type,
        screened.guard,
        screened.detail,
        cast(null as {{ dbt.type_string() }}) as evidence_id,
        0 as evidence_count,
        screened.first_seen_at as observed_at
    from screened
    left join refused_by_screening on screened.identifier_key = refused_by_screening.identifier_key
    where screened.guard is not null and refused_by_screening.identifier_key is null

),

vetoed_links as (

    select
        links.left_node_id,
        links.right_node_id,
        links.evidence_id,
        links.evidence_count,
        links.first_seen_at,
        lefts.component_id as left_component_id,
        rights.component_id as right_component_id
    from links
    inner join clusters as lefts on links.left_node_id = lefts.node_id
    inner join clusters as rights on links.right_node_id = rights.node_id
    where lefts.component_id <> rights.component_id

),

vetoes_between as (

    select
        lefts.component_id as left_component_id,
        rights.component_id as right_component_id,
        vetoes.guard,
        vetoes.detail
    from vetoes
    inner join clusters as lefts on vetoes.left_node_id = lefts.node_id
    inner join clusters as rights on vetoes.right_node_id = rights.node_id

    union

    select
        rights.component_id as left_component_id,
        lefts.component_id as right_component_id,
        vetoes.guard,
        vetoes.detail
    from vetoes
    inner join clusters as lefts on vetoes.left_node_id = lefts.node_id
    inner join clusters as rights on vetoes.right_node_id = rights.node_id

),

held as (

    select
        clusters.component_id,
        nodes.identifier_type,
        nodes.max_per_customer,
        count(*) as identifier_count
    from clusters
    inner join nodes on clusters.node_id = nodes.node_id
    where nodes.max_per_customer is not null
    group by
        clusters.component_id,
        nodes.identifier_type,
        nodes.max_per_customer

),

caps_between as (

    select distinct
        vetoed_links.left_component_id,
        vetoed_links.right_component_id,
        'unique' as guard,
        'together ' || (lefts.identifier_count + rights.identifier_count) || ' ' || lefts.identifier_type
        || ', limit of a customer ' || lefts.max_per_customer as detail
    from vetoed_links
    inner join held as lefts on vetoed_links.left_component_id = lefts.component_id
    inner join held as rights
        on vetoed_links.right_component_id = rights.component_id
        and lefts.identifier_type = rights.identifier_type
    where lefts.identifier_count + rights.identifier_count > lefts.max_per_customer

),

reasons as (

    select
        left_component_id,
        right_component_id,
        guard,
        detail,
        row_number() over (
            partition by
                left_component_id,
                right_component_id
            order by
                {{ binary_order('guard') }},
                {{ binary_order('detail') }}
        ) as place
    from (
        select * from vetoes_between
        union
        select * from caps_between
    ) as unioned

),

refused_by_veto as (

    select
        case when left_nodes.founding_place < right_nodes.founding_place then right_nodes.identifier_key else left_nodes.identifier_key end as identifier_key,
        case when left_nodes.founding_place < right_nodes.founding_place then left_nodes.identifier_key else right_nodes.identifier_key end as other_identifier_key,
        case when left_nodes.founding_place < right_nodes.founding_place then right_nodes.identifier_type else left_nodes.identifier_type end as identifier_type,
        reasons.guard,
        reasons.detail,
        vetoed_links.evidence_id,
        vetoed_links.evidence_count,
        vetoed_links.first_seen_at as observed_at
    from vetoed_links
    inner join nodes as left_nodes on vetoed_links.left_node_id = left_nodes.node_id
    inner join nodes as right_nodes on vetoed_links.right_node_id = right_nodes.node_id
    left join reasons
        on vetoed_links.left_component_id = reasons.left_component_id
        and vetoed_links.right_component_id = reasons.right_component_id
        and reasons.place = 1

),

unioned as (

    select * from refused_by_screening

    union all

    select * from refused_alone

    union all

    select * from refused_by_veto

),

refusals as (

    select
        ---------- ids
        identifier_key,
        other_identifier_key,

        ---------- strings
        identifier_type,
        guard,
        detail,
        evidence_id as evidence,

        ---------- numbers
        cast(evidence_count as bigint) as evidence_count,

        ---------- timestamps
        observed_at
    from unioned

)

select * from refusals
