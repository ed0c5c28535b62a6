{# Who made at least the set number of purchases within the window (G2)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

purchases as (

    select * from {{ of_touched('int_segments__purchases_walked') }}

),

{# from the purchase that makes the count full, until the earliest of those counted leaves the window #}
windows as (

    select
        latest.customer_id,
        latest.ordered_at as starts_at,
        {{ add_days('earliest.ordered_at', threshold_count('active', 'window_days')) }} as ends_at,
        'purchase ' || latest.purchase || ' within the window of ' || earliest.purchase as reason,
        'purchase ' || earliest.purchase || ' out of the window' as ended_by
    from purchases as latest
    inner join purchases as earliest
        on latest.customer_id = earliest.customer_id
        and latest.purchase_number = earliest.purchase_number + {{ threshold_count('active', 'min_orders') }} - 1

)

select * from ({{ spells('windows', 'active') }}) as spells
