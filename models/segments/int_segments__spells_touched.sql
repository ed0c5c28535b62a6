{# Whose memberships and changes a renewal tells again: customers whose spells it united again, and those of whom a spell began or ended between the clock
   of the last run and this one. Empty where everything is made anew. #}
with

plan as (

    select * from {{ ref('int_segments__reads_planned') }}

),

customers as (

    select * from {{ ref('int_segments__members_touched') }}

),

{# the spells are read twice, each time for few columns: kept for both they would be wide #}
entries as (

    select
        customer_id,
        entered_at
    from {{ ref('int_segments__spells_unioned') }}
    {{ 'where false' if not is_renewed() }}

),

exits as (

    select
        customer_id,
        left_at
    from {{ ref('int_segments__spells_unioned') }}
    {{ 'where false' if not is_renewed() }}

),

touched as (

    select customer_id from customers

    union

    select entries.customer_id
    from entries
    inner join plan
        on entries.entered_at > plan.former_as_of
        and entries.entered_at <= plan.as_of

    union

    select exits.customer_id
    from exits
    inner join plan
        on exits.left_at > plan.former_as_of
        and exits.left_at <= plan.as_of

)

select customer_id from touched
