{# What the profile said of each customer on any past day: read the row whose valid_from is at or before the day and whose valid_to is after it.
   Two builds of one clock are one day: the later one counts. #}
{% set attributes = remembered_attributes() -%}

with

versions as (

    select * from {{ ref('int_profiles__versions_kept') }}

),

{# the next row ends a version; it may say that the customer is no more #}
ended as (

    select
        versions.*,
        lead(valid_from) over (
            partition by customer_id
            order by build_number
        ) as valid_to
    from versions

),

told as (

    select
        ---------- ids
        customer_id,
        content_hash,

        ---------- attributes
        {%- for names in attributes.values() %}
        {%- for name in names %}
        {{ name }},
        {%- endfor %}
        {%- endfor %}

        ---------- booleans
        valid_to is null as is_current,

        ---------- timestamps
        valid_from,
        valid_to
    from ended
    where
        is_present
        and (valid_to is null or valid_to > valid_from)

)

select * from told
