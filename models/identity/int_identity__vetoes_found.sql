{# Pairs of nodes that hang together by links and may not be one customer (I3, I4, I7): a person said so, or two records tell birth dates
   that cannot be one person's. Reads birth dates, writes none. #}
{{ config(
    materialized='renewed',
    touched='int_identity__nodes_touched',
    touched_keys=['left_node_id = node_id'],
    keys=['left_node_id', 'right_node_id', 'guard'],
) }}
with

components as (

    select * from {{ touched('int_identity__components_found', by='int_identity__nodes_touched', keys=['node_id']) }}

),

nodes as (

    select * from {{ touched('int_identity__nodes_numbered', by='int_identity__nodes_touched', keys=['node_id']) }}

),

overrides as (

    select * from {{ ref('int_identity__overrides_combined') }}
    where action = 'exclude'

),

evidence as (

    select * from {{ ref('int_staging__evidence_unioned') }}
    where is_own and birth_date is not null

),

identifiers as (

    select * from {{ touched('int_staging__identifiers_keyed', by='int_identity__nodes_touched', keys=['identifier_key']) }}

),

placed as (

    select
        nodes.identifier_key,
        nodes.node_id,
        components.component_id
    from nodes
    inner join components on nodes.node_id = components.node_id

),

born as (

    select distinct
        placed.component_id,
        placed.node_id,
        evidence.birth_date
    from evidence
    inner join identifiers
        on evidence.identifier_type = identifiers.identifier_type
        and evidence.identifier_value = identifiers.identifier_value
    inner join placed on identifiers.identifier_key = placed.identifier_key

),

excluded as (

    select
        lefts.component_id,
        lefts.node_id,
        rights.node_id as other_node_id,
        'exclude' as guard,
        'kept apart by hand: ' || overrides.reason as detail,
        1 as is_absolute
    from overrides
    inner join placed as lefts on overrides.identifier_key = lefts.identifier_key
    inner join placed as rights
        on overrides.other_identifier_key = rights.identifier_key
        and lefts.component_id = rights.component_id

),

born_apart as (

    select
        lefts.component_id,
        lefts.node_id,
        rights.node_id as other_node_id,
        'unique' as guard,
        'two birth dates that cannot be one person''s' as detail,
        0 as is_absolute
    from born as lefts
    inner join born as rights
        on lefts.component_id = rights.component_id
        and lefts.node_id < rights.node_id
    where {{ birth_dates_conflict('lefts.birth_date', 'rights.birth_date') }}

),

unioned as (

    select * from excluded

    union all

    select * from born_apart

),

vetoes as (

    select
        ---------- ids
        component_id,
        least(node_id, other_node_id) as left_node_id,
        greatest(node_id, other_node_id) as right_node_id,

        ---------- strings
        guard,
        min({{ binary_order('detail') }}) as detail,

        ---------- numbers
        max(is_absolute) as is_absolute
    from unioned
    group by
        component_id,
        least(node_id, other_node_id),
        greatest(node_id, other_node_id),
        guard

)

select * from vetoes
