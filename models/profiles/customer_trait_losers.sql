{# What sources said of a customer that did not win, and what it lost by: the other half of customer_traits (P2). #}
{{ config(
    materialized='renewed',
    touched='int_profiles__traits_touched',
    touched_keys=['customer_id'],
) }}
with

ranked as (

    select * from {{ touched('int_profiles__traits_ranked', by='int_profiles__traits_touched', keys=['customer_id']) }}

),

losers as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        trait,
        value,
        source,
        winning_source,
        lost_by,

        ---------- numbers
        place,

        ---------- booleans
        is_same_value,

        ---------- timestamps
        observed_at
    from ranked
    where place > 1

)

select * from losers
