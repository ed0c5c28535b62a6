{# Who is in which segment now (var as_of), since when and why. #}
with

spells as (

    select * from {{ ref('int_segments__spells_unioned') }}

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
