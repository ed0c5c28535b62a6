{# Who is in a segment for some value is a member of it, and every member of a segment with values has one. #}
{% set files = valued_segment_models() -%}

with

told as (

    select distinct
        customer_id,
        segment
    from {{ ref('segment_values') }}

),

memberships as (

    select memberships.*
    from {{ ref('segment_memberships') }} as memberships
    inner join {{ ref('segment_definitions') }} as definitions on memberships.segment = definitions.segment
    where definitions.model in ({% for file in files %}'{{ file }}'{{ ', ' if not loop.last }}{% endfor %})

)

select
    coalesce(told.customer_id, memberships.customer_id) as customer_id,
    coalesce(told.segment, memberships.segment) as segment
from told
full outer join memberships
    on told.customer_id = memberships.customer_id
    and told.segment = memberships.segment
where told.customer_id is null
    or memberships.customer_id is null
