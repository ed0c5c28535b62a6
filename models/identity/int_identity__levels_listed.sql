{# The two levels of likeness with the lines above which they link (I10). #}
with

settings as (

    select * from {{ ref('linking_settings') }}

),

levels as (

    select
        case setting when 'strict_probability' then 'strict' else 'wide' end as level,
        case setting when 'strict_probability' then 0 else 1 end as level_number,
        cast(value as numeric(18, 6)) as line
    from settings
    where setting in ('strict_probability', 'wide_probability')

)

select * from levels
