{# What is known of a customer, trait by trait, and which source said so (P1, P2). Traits of one group come from the same record wherever
   that record has them: an address is never put together from two. What lost stands in customer_trait_losers. No contact data, no names (M1). #}
{{ config(
    materialized='renewed',
    touched='int_profiles__traits_touched',
    touched_keys=['customer_id'],
) }}
with

ranked as (

    select * from {{ touched('int_profiles__traits_ranked', by='int_profiles__traits_touched', keys=['customer_id']) }}

),

winners as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        trait,
        value,
        source,
        'source priority ' || priority || ', then newest, then most complete' as rule,

        ---------- timestamps
        observed_at
    from ranked
    where place = 1

)

select * from winners
