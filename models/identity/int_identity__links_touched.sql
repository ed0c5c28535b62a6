{# Which pairs of identifiers a renewal links again, in both directions: those of changed candidates, and those on which a person has decided.
   Empty where everything is made anew. #}
with

changes as (

    select * from {{ changes_of('int_identity__candidates_made') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides_combined') }}
    {{ 'where false' if not is_renewed() }}

),

pairs as (

    select
        identifier_key,
        other_identifier_key
    from changes

    union

    select
        identifier_key,
        other_identifier_key
    from overrides

),

both_ways as (

    select
        identifier_key,
        other_identifier_key
    from pairs

    union

    select
        other_identifier_key as identifier_key,
        identifier_key as other_identifier_key
    from pairs

),

touched as (

    select
        identifier_key,
        other_identifier_key,
        least({{ hex_integer('identifier_key') }}, {{ hex_integer('other_identifier_key') }}) as left_node_id,
        greatest({{ hex_integer('identifier_key') }}, {{ hex_integer('other_identifier_key') }}) as right_node_id
    from both_ways

)

select * from touched
