{# The only table that turns an identifier key back into the identifier. Restricted. #}
with

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

kept as (

    select
        ---------- ids
        identifier_key,

        ---------- strings
        identifier_type,
        identifier_value
    from identifiers

)

select * from kept
