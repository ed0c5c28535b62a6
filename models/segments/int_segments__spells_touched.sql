{# Whose memberships and changes a renewal tells again: customers whose spells it united again, and those of whom a spell began or ended between the clock
   of the last run and this one. Empty where everything is made anew. #}
with

customers as (

    select * from {{ ref('int_segments__members_touched') }}

),

{# read once for each end, so that an engine skips what lies outside of the two clocks #}
entered as (

    select customer_id from {{ ref('int_segments__spells_unioned') }}
    where
        entered_at > {{ tekil.former_as_of() }}
        and entered_at <= {{ as_of() }}

),

gone as (

    select customer_id from {{ ref('int_segments__spells_unioned') }}
    where
        left_at > {{ tekil.former_as_of() }}
        and left_at <= {{ as_of() }}

),

touched as (

    select customer_id from customers

    union

    select customer_id from entered

    union

    select customer_id from gone

)

select customer_id from touched
