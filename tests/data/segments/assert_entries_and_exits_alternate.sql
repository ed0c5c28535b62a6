{# A customer enters, leaves, enters again: never twice the same in a row, never out before in, and the last word agrees with the membership. #}
with

changes as (

    select
        customer_id,
        segment,
        change,
        changed_at,
        lag(change) over (
            partition by customer_id, segment
            order by changed_at
        ) as change_before,
        lag(changed_at) over (
            partition by customer_id, segment
            order by changed_at
        ) as changed_before_at,
        row_number() over (
            partition by customer_id, segment
            order by changed_at desc
        ) as place_from_end
    from {{ ref('segment_changes') }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

)

select
    coalesce(changes.customer_id, memberships.customer_id) as customer_id,
    coalesce(changes.segment, memberships.segment) as segment,
    changes.change,
    changes.changed_at
from changes
full outer join memberships
    on changes.customer_id = memberships.customer_id
    and changes.segment = memberships.segment
where changes.customer_id is null
    or coalesce(changes.change_before, 'left') = changes.change
    or changes.changed_before_at >= changes.changed_at
    or changes.changed_at > {{ as_of() }}
    or changes.place_from_end = 1 and (changes.change = 'entered') <> (memberships.customer_id is not null)
