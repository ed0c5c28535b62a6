{# Which customers' levels a renewal looks at again: those that an identifier came to or left, and all that a likeness joins or joined, since likenesses are
   found outside of this run. Empty where everything is made anew. #}
{%- set levels = adapter.get_relation(database=this.database, schema=this.schema, identifier='identity_levels') if is_renewed() else none %}

with

mapping_changes as (

    select * from {{ changes_of('int_identity__identifiers_mapped') }}

),

links as (

    select * from {{ ref('int_identity__probable_links_made') }}
    {{ 'where false' if not is_renewed() }}

),

touched as (

    select customer_id from mapping_changes

    union

    select left_customer_id as customer_id from links

    union

    select right_customer_id as customer_id from links
    {%- if levels is not none %}

    union

    select customer_id
    from {{ levels }}
    where
        customer_id <> strict_customer_id
        or customer_id <> wide_customer_id

    union

    select wide_customer_id as customer_id
    from {{ levels }}
    where customer_id <> wide_customer_id

    union

    select strict_customer_id as customer_id
    from {{ levels }}
    where customer_id <> strict_customer_id
    {%- endif %}

)

select * from touched
