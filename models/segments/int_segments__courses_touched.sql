{# Whose course through the groups of segments a renewal walks again: customers of whom a spell in one of them changed; everybody where a month began between the
   clock of the last run and this one, since months are counted back from the clock. Empty where everything is made anew. #}
with

plan as (

    select
        date_trunc('month', {{ as_local('as_of', default_timezone()) }}) as month,
        date_trunc('month', {{ as_local('former_as_of', default_timezone()) }}) as former_month
    from {{ ref('int_segments__reads_planned') }}

),

spell_changes as (

    select
        customer_id,
        segment
    from {{ changes_of('int_segments__spells_unioned') }}

),

definitions as (

    select * from {{ ref('segment_definitions') }}
    where segment_group in ({% for group in var('segment_flow_groups') %}'{{ group }}'{{ ', ' if not loop.last }}{% endfor %})

),

spells as (

    select customer_id from {{ ref('int_segments__spells_unioned') }}

),

touched as (

    select spell_changes.customer_id
    from spell_changes
    inner join definitions on spell_changes.segment = definitions.segment

    union

    select spells.customer_id
    from spells
    cross join plan
    where plan.month <> plan.former_month

)

select customer_id from touched
