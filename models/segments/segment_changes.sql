{# Every entry and exit up to now (G21), with the fact, or the passing of time, that brought the customer in or out. A view: it says what the spells say, in
   twice as many rows. #}
{{ config(materialized='view') }}
with

spells as (

    select * from {{ ref('int_segments__spells_unioned') }}
    where entered_at <= {{ as_of() }}

),

changes as (

    select
        customer_id,
        segment,
        'entered' as change,
        reason,
        rule_version,
        entered_at as changed_at
    from spells

    union all

    select
        customer_id,
        segment,
        'left' as change,
        exit_reason as reason,
        rule_version,
        left_at as changed_at
    from spells
    where left_at <= {{ as_of() }}

)

select * from changes
