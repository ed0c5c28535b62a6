{# The windows of the profile sum to what the streams hold: a customer left out, or an event counted twice, would show. #}
with

profiles_summed as (

    select
        sum(views_30d_count) as views,
        sum(searches_30d_count) as searches,
        sum(carts_30d_count) as carts,
        sum(service_contacts_365d_count) as service_contacts,
        sum(orders_365d_count) as orders,
        sum(spend_365d_amount) as spend
    from {{ ref('customers') }}

),

events_counted as (

    select
        sum(case when event_kind = 'view' and occurred_at > {{ add_days(as_of(), -30) }} then 1 else 0 end) as views,
        sum(case when event_kind = 'search' and occurred_at > {{ add_days(as_of(), -30) }} then 1 else 0 end) as searches,
        sum(case when event_kind = 'cart' and occurred_at > {{ add_days(as_of(), -30) }} then 1 else 0 end) as carts,
        sum(case when event_kind = 'service' then 1 else 0 end) as service_contacts
    from {{ ref('customer_events') }}
    where occurred_at > {{ add_days(as_of(), -365) }}

),

orders_counted as (

    select
        sum(case when is_purchase then 1 else 0 end) as orders,
        sum(coalesce(net_amount_base, 0)) as spend
    from {{ ref('customer_orders') }}
    where customer_id is not null
        and ordered_at > {{ add_days(as_of(), -365) }}

)

select
    profiles_summed.*,
    events_counted.views as events_views,
    orders_counted.spend as orders_spend
from profiles_summed
cross join events_counted
cross join orders_counted
where profiles_summed.views <> events_counted.views
    or profiles_summed.searches <> events_counted.searches
    or profiles_summed.carts <> events_counted.carts
    or profiles_summed.service_contacts <> events_counted.service_contacts
    or profiles_summed.orders <> orders_counted.orders
    or profiles_summed.spend <> orders_counted.spend
