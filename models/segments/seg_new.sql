{# Who bought for the first time within the window (G1)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select * from {{ of_touched('int_segments__purchases_walked') }}
    where purchase_number = 1

),

windows as (

    select
        customer_id,
        ordered_at as starts_at,
        {{ add_days('ordered_at', threshold_count('new', 'window_days')) }} as ends_at,
        'first purchase ' || purchase as reason
    from purchases

)

select * from ({{ spells('windows', 'new', ended_by=threshold_count('new', 'window_days') ~ " || ' days after the first purchase'") }}) as spells
