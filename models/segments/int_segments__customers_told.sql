{# What segments read of the profile itself. The profile counts days back from the clock and so differs at every run; these few words seldom do. #}
{{ config(materialized='renewed', keys=['customer_id']) }}
-- depends_on: {{ ref('int_segments__reads_planned') }}
with

customers as (

    select * from {{ ref('customers') }}

),

told as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        gender,
        city,
        country,

        ---------- numbers
        birth_year,

        ---------- timestamps
        first_seen_at
    from customers

)

select * from told
