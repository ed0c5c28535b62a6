{# Which gender did a customer state (G19)? From the customer's first trace on. #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

customers as (

    select * from {{ of_touched('int_segments__customers_told') }}

),

windows as (

    select
        customer_id,
        'gender_' || gender as segment,
        coalesce(first_seen_at, timestamp '1970-01-01 00:00:00') as starts_at,
        {{ far_future() }} as ends_at,
        'stated' as reason
    from customers
    where gender in ('female', 'male', 'other')

)

select * from ({{ spells('windows', ended_by="'stated otherwise'") }}) as spells
