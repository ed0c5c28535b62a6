{# Whose profile a renewal joins again: customers of whom a part of it is looked at again or changed, and those of whom time alone moves what counts from the clock: days
   since, hours of an open cart, a product too old to lie there. The last are told by the profile as it stands. Empty where everything is made anew. #}
{%- set is_renewal = is_renewed() %}
{%- set profiles = tekil.relation_of('customers') if is_renewal else none %}

with

described as (

    select * from {{ ref('int_profiles__descriptions_touched') }}

),

behaviour as (

    select * from {{ ref('int_profiles__behaviour_touched') }}

),

contexts as (

    select * from {{ ref('int_profiles__contexts_touched') }}

),

purchase_changes as (

    select * from {{ changes_of('int_profiles__purchases_joined') }}

),

cart_changes as (

    select * from {{ changes_of('customer_cart_items') }}

),

touched as (

    select customer_id from described

    union

    select customer_id from behaviour

    union

    select customer_id from contexts

    union

    select customer_id from purchase_changes

    union

    select customer_id from cart_changes
    {%- if is_renewal %}

    union

    {# the oldest product of an open cart is the first to be too old #}
    select customer_id
    from {{ profiles }}
    where
        days_since_last_active_count <> {{ days_between('last_active_at', as_of()) }}
        or days_since_last_order_count <> {{ days_between('last_ordered_at', as_of()) }}
        or open_cart_age_hours <> {{ integer_divide(seconds_between('open_cart_since_at', as_of()), '3600') }}
        or open_cart_since_at <= {{ add_days(as_of(), -var('open_cart_days')) }}
    {%- endif %}

)

select customer_id from touched
