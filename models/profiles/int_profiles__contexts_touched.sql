{# Whose context a renewal tells again: customers who are new, gone or of other identifiers; those of whom habits, time zones, the city or country of the address,
   carts left, channels or restrictions changed; and those of whom time alone took a cart out of the window. Empty where everything is made anew. #}
{% set windows = [context_rule('context_window_days')] -%}

with

mapping_changes as (

    select * from {{ changes_of('identity_map') }}

),

habit_changes as (

    select * from {{ changes_of('int_profiles__habits_summed') }}

),

zone_changes as (

    select * from {{ changes_of('int_profiles__zones_walked') }}

),

trait_changes as (

    select * from {{ changes_of('customer_traits') }}
    where trait in ('city', 'country')

),

cart_changes as (

    select * from {{ changes_of('int_profiles__carts_left') }}

),

channel_changes as (

    select * from {{ changes_of('int_profiles__channels_chosen') }}

),

carts as (

    select * from {{ ref('int_profiles__carts_left') }}

),

touched as (

    {%- for name in ['mapping', 'habit', 'zone', 'trait', 'cart', 'channel'] %}
    select customer_id from {{ name }}_changes

    union
    {% endfor %}

    select carts.customer_id
    from carts
    where {{ aged('carts.left_at', windows) }}

)

select customer_id from touched
