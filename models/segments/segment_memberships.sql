{# Who is in which segment now (var as_of), since when and why. #}
{{ config(
    materialized='renewed',
    touched='int_segments__spells_touched',
    touched_keys=['customer_id'],
    keys=['customer_id', 'segment'],
) }}
with

spells as (

    select * from {{ touched('int_segments__spells_unioned', by='int_segments__spells_touched', keys=['customer_id']) }}
    where entered_at <= {{ as_of() }}

),

current_spells as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        segment,
        reason,

        ---------- numbers
        rule_version,

        ---------- timestamps
        entered_at
    from spells
    where left_at > {{ as_of() }}

)

select * from current_spells
