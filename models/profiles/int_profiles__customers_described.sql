{# Who each customer is and what they like, side by side: the levels of their identity, the traits that won, and tastes (P1, P2, P5, G20). #}
{{ config(
    materialized='renewed',
    touched='int_profiles__descriptions_touched',
    touched_keys=['customer_id'],
) }}
{%- set by = 'int_profiles__descriptions_touched' %}

with

identity_map as (

    select * from {{ touched('identity_map', by=by, keys=['customer_id']) }}

),

traits as (

    select * from {{ touched('customer_traits', by=by, keys=['customer_id']) }}

),

affinities as (

    select * from {{ touched('customer_affinities', by=by, keys=['customer_id']) }}

),

categories_bought as (

    select * from {{ touched('int_profiles__categories_bought', by=by, keys=['customer_id']) }}

),

identified as (

    select
        customer_id,
        {# one value each for all identifiers of a customer #}
        max(strict_customer_id) as strict_customer_id,
        max(wide_customer_id) as wide_customer_id,
        max(case when is_known_person then 1 else 0 end) = 1 as is_known,
        count(*) as identifier_count,
        min(first_seen_at) as first_identified_at
    from identity_map
    group by customer_id

),

trait_columns as (

    select
        {%- for trait in ['gender', 'birth_year', 'age', 'marital_status', 'occupation', 'income_band', 'district', 'city', 'country'] %}
        max(case when trait = '{{ trait }}' then value end) as {{ trait }},
        {%- endfor %}
        customer_id
    from traits
    group by customer_id

),

dislikes_placed as (

    select
        customer_id,
        value,
        row_number() over (
            partition by customer_id
            order by rank desc
        ) as place
    from affinities
    where
        kind = 'category'
        and stance = 'dislike'

),

dislikes as (

    select * from dislikes_placed
    where place = 1

),

favourites as (

    select
        customer_id,
        max(case when kind = 'category' then value end) as favourite_category,
        max(case when kind = 'brand' then value end) as favourite_brand
    from affinities
    where
        rank = 1
        and stance = 'like'
    group by customer_id

),

described as (

    select
        ---------- ids
        identified.customer_id,
        identified.strict_customer_id,
        identified.wide_customer_id,

        ---------- strings
        trait_columns.gender,
        trait_columns.marital_status,
        trait_columns.occupation,
        trait_columns.income_band,
        trait_columns.district,
        trait_columns.city,
        trait_columns.country,
        favourites.favourite_category,
        favourites.favourite_brand,
        dislikes.value as disliked_category,
        categories_bought.category as preferred_category,

        ---------- numbers
        cast(trait_columns.birth_year as integer) as birth_year,
        cast(trait_columns.age as integer) as age,
        identified.identifier_count,

        ---------- booleans
        identified.is_known,

        ---------- timestamps
        identified.first_identified_at
    from identified
    left join trait_columns on identified.customer_id = trait_columns.customer_id
    left join favourites on identified.customer_id = favourites.customer_id
    left join dislikes on identified.customer_id = dislikes.customer_id
    left join categories_bought on identified.customer_id = categories_bought.customer_id

)

select * from described
