{# The segments of each customer as one text, for payloads and tables of customers: kept, so that a renewal writes only those that changed. #}
{{ config(materialized='renewed', touched='int_segments__spells_touched', touched_keys=['customer_id']) }}
with

memberships as (

    select * from {{ touched('segment_memberships', by='int_segments__spells_touched', keys=['customer_id']) }}

),

listed as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        {{ string_agg_ordered('segment', ',') }} as segments
    from memberships
    group by customer_id

)

select * from listed
