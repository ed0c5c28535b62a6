{# Levels of one thing exclude each other: nobody is in two segments of a group at once. The lifecycle overlaps by design. #}
with

spells as (

    select
        spells.customer_id,
        spells.segment,
        definitions.segment_group,
        spells.entered_at,
        spells.left_at
    from {{ ref('int_segments__spells_unioned') }} as spells
    inner join {{ ref('segment_definitions') }} as definitions on spells.segment = definitions.segment
    where definitions.segment_group <> 'lifecycle'

),

walked as (

    select
        spells.*,
        lead(entered_at) over (
            partition by
                customer_id,
                segment_group
            order by
                entered_at,
                {{ binary_order('segment') }}
        ) as next_entered_at
    from spells

)

select *
from walked
where next_entered_at < left_at
