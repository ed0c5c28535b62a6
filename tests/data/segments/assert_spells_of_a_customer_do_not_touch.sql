{# Two spells of a customer in one segment leave a gap between them: touching ones are one spell, and an exit without absence is no exit. #}
with

walked as (

    select
        segment,
        customer_id,
        entered_at,
        lag(left_at) over (
            partition by segment, customer_id
            order by entered_at
        ) as left_before_at
    from {{ ref('int_segments__spells_unioned') }}

)

select *
from walked
where left_before_at >= entered_at
