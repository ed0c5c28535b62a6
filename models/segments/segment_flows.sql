{# Where the members of a group of segments went from one month's beginning to the next (G21). A customer in two segments of a group counts for the one of
   the lower rank; `none` is outside the group. #}
with

definitions as (

    select * from {{ ref('segment_definitions') }}
    where segment_group in ({% for group in var('segment_flow_groups') %}'{{ group }}'{{ ', ' if not loop.last }}{% endfor %})

),

{# few segments are in a group: the others are left out before every month is looked at #}
spells as (

    select * from {{ ref('int_segments__spells_unioned') }}
    where segment in (select definitions.segment from definitions)

),

months as (

    select * from {{ ref('int_segments__months_listed') }}

),

members as (

    select
        definitions.segment_group,
        spells.customer_id,
        months.months_ago,
        min(definitions.group_rank) as group_rank
    from spells
    inner join definitions on spells.segment = definitions.segment
    inner join months
        on spells.entered_at <= months.begins_at
        and spells.left_at > months.begins_at
    group by
        definitions.segment_group,
        spells.customer_id,
        months.months_ago

),

befores as (

    select
        segment_group,
        customer_id,
        months_ago - 1 as months_ago,
        group_rank
    from members
    where months_ago > 0

),

afters as (

    select * from members
    where months_ago < {{ var('segment_months') }}

),

moved as (

    select
        coalesce(befores.segment_group, afters.segment_group) as segment_group,
        coalesce(befores.months_ago, afters.months_ago) + 1 as months_ago,
        befores.group_rank as from_rank,
        afters.group_rank as to_rank,
        count(*) as customers
    from befores
    full outer join afters
        on befores.customer_id = afters.customer_id
        and befores.segment_group = afters.segment_group
        and befores.months_ago = afters.months_ago
    group by
        coalesce(befores.segment_group, afters.segment_group),
        coalesce(befores.months_ago, afters.months_ago) + 1,
        befores.group_rank,
        afters.group_rank

),

named as (

    select
        ---------- strings
        moved.segment_group,
        coalesce(from_definitions.segment, 'none') as from_segment,
        coalesce(to_definitions.segment, 'none') as to_segment,

        ---------- numbers
        cast(moved.customers as bigint) as customers,

        ---------- dates
        months.month
    from moved
    inner join months on moved.months_ago = months.months_ago
    left join definitions as from_definitions
        on moved.segment_group = from_definitions.segment_group
        and moved.from_rank = from_definitions.group_rank
    left join definitions as to_definitions
        on moved.segment_group = to_definitions.segment_group
        and moved.to_rank = to_definitions.group_rank

)

select * from named
