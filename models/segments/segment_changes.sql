{# Every entry and exit up to now (G21), with the fact, or the passing of time, that brought the customer in or out. #}
{{ config(materialized='renewed', touched='int_segments__spells_touched', touched_keys=['customer_id']) }}
with

spells as (

    select * from {{ touched('int_segments__spells_unioned', by='int_segments__spells_touched', keys=['customer_id']) }}
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
