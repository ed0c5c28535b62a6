{# Whom a renewal describes again: customers of whom an identifier or a trait came, went or changed, and those whose tastes or purchases are summed again.
   Empty where everything is made anew. #}
with

mapping_changes as (

    select * from {{ changes_of('identity_map') }}

),

trait_changes as (

    select * from {{ changes_of('customer_traits') }}

),

interests as (

    select * from {{ ref('int_profiles__interests_touched') }}

),

buyers as (

    select * from {{ ref('int_profiles__buyers_touched') }}

),

touched as (

    select customer_id from mapping_changes

    union

    select customer_id from trait_changes

    union

    select customer_id from interests

    union

    select customer_id from buyers

)

select customer_id from touched
