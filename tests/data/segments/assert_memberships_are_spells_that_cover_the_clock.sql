{# Who is in a segment now is exactly who is in a spell that began by the clock and has not ended (half open: an end at the clock is out). #}
with

spells as (

    select * from {{ ref('int_segments__spells_unioned') }}
    where entered_at <= {{ as_of() }}
        and left_at > {{ as_of() }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}

)

select
    coalesce(spells.segment, memberships.segment) as segment,
    coalesce(spells.customer_id, memberships.customer_id) as customer_id
from spells
full outer join memberships
    on spells.segment = memberships.segment
    and spells.customer_id = memberships.customer_id
    and spells.entered_at = memberships.entered_at
where spells.segment is null
    or memberships.segment is null
