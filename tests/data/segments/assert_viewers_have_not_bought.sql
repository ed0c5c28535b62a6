{# Viewed, not bought: some product was viewed within the window, and that product was not bought at or after that view (G8). #}
with

views as (

    select
        customer_id,
        product_id,
        max(occurred_at) as last_viewed_at
    from {{ ref('customer_events') }}
    where event_kind = 'view'
        and product_id is not null
        and occurred_at > {{ add_days(as_of(), '-' ~ threshold_count('viewed_not_bought', 'window_days')) }}
    group by
        customer_id,
        product_id

),

bought as (

    select
        customer_id,
        product_id,
        max(ordered_at) as last_bought_at
    from {{ ref('customer_order_lines') }}
    where is_purchase
    group by
        customer_id,
        product_id

),

told as (

    select distinct views.customer_id
    from views
    left join bought
        on views.customer_id = bought.customer_id
        and views.product_id = bought.product_id
    where bought.last_bought_at is null
        or bought.last_bought_at < views.last_viewed_at

),

memberships as (

    select * from {{ ref('segment_memberships') }}
    where segment = 'viewed_not_bought'

)

select
    told.customer_id as told_customer_id,
    memberships.customer_id as member_customer_id
from told
full outer join memberships on told.customer_id = memberships.customer_id
where told.customer_id is null
    or memberships.customer_id is null
