{# What sources said of a customer that did not win, and what it lost by: the other half of customer_traits (P2). #}
with

ranked as (

    select * from {{ ref('int_profiles__traits_ranked') }}

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
