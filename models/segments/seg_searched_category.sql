{# Who searched for a category lately, and for which (G10)? A search is for a category when the sender says so, or when its term holds the category's name. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

searches as (

    select
        customer_id,
        category,
        occurred_at
    from {{ of_touched('customer_events') }}
    where
        event_kind = 'search'
        and category is not null

),

windows as (

    select
        customer_id,
        category as value,
        occurred_at as starts_at,
        {{ add_days('occurred_at', threshold_count('searched_category', 'window_days')) }} as ends_at,
        'searched ' || category as reason
    from searches

)

select * from ({{ spells('windows', 'searched_category', by_value=true, ended_by=threshold_count('searched_category', 'window_days') ~ " || ' days without a search for it'") }}) as spells
