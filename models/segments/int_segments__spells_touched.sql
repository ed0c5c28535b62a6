{# Whose memberships and changes a renewal tells again: customers whose spells it united again, and those of whom a spell began or ended between the clock
   of the last run and this one. Empty where everything is made anew. #}
with

plan as (

    select * from {{ ref('int_segments__reads_planned') }}

),

customers as (

    select * from {{ ref('int_segments__members_touched') }}

),

spells as (

    select * from {{ ref('int_segments__spells_unioned') }}
    {{ 'where false' if not is_renewed() }}

),

touched as (

    select customer_id from customers

    union

    select spells.customer_id
    from spells
    inner join plan
        on spells.entered_at > plan.former_as_of
        and spells.entered_at <= plan.as_of

    union

    select spells.customer_id
    from spells
    inner join plan
        on spells.left_at > plan.former_as_of
        and spells.left_at <= plan.as_of

)

select customer_id from touched
