{# Where the members of a group of segments went from one month's beginning to the next (G21). A customer in two segments of a group counts for the one of
   the lower rank; `none` is outside the group. #}
{% set month_numbers = range(var('segment_months') + 1) | list -%}

with

definitions as (

    select * from {{ ref('segment_definitions') }}
    where segment_group in ({% for group in var('segment_flow_groups') %}'{{ group }}'{{ ', ' if not loop.last }}{% endfor %})

),

members as (

    select * from {{ ref('int_segments__courses_walked') }}

),

months as (

    select * from {{ ref('int_segments__months_listed') }}

),

{# customers of one course are counted before months are told apart: there are few courses #}
courses as (

    select
        segment_group,
        {%- for ago in month_numbers %}
        rank_{{ ago }},
        {%- endfor %}
        count(*) as customers
    from members
    group by
        segment_group,
        {%- for ago in month_numbers %}
        rank_{{ ago }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}

),

steps as (

    {%- for ago in month_numbers[1:] %}
    select
        segment_group,
        {{ ago }} as months_ago,
        rank_{{ ago }} as from_rank,
        rank_{{ ago - 1 }} as to_rank,
        customers
    from courses
    where rank_{{ ago }} is not null or rank_{{ ago - 1 }} is not null
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

moved as (

    select
        segment_group,
        months_ago,
        from_rank,
        to_rank,
        sum(customers) as customers
    from steps
    group by
        segment_group,
        months_ago,
        from_rank,
        to_rank

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
