{# Which identifiers a renewal looks at again: those that changed evidence names, or named, and those on which a person has decided.
   Empty where everything is made anew. #}
with

changes as (

    select * from {{ changes_of('int_identity__evidence_keyed') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides_combined') }}
    {{ 'where false' if not is_renewed() }}

),

touched as (

    select identifier_key from changes

    union

    select identifier_key from overrides

    union

    select other_identifier_key as identifier_key from overrides

)

select * from touched
