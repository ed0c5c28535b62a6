{# The spells at the clock equal what each definition says in plain words, counted back from the clock without any interval arithmetic.
   (A window of n days is what is newer than n days; silence of n days is nothing newer than n days.) #}
with

purchases as (

    select
        customer_id,
        source,
        order_id,
        ordered_at
    from {{ ref('customer_orders') }}
    where is_purchase
        and customer_id is not null

),

orders as (

    select
        customer_id,
        sum(case when is_purchase then 1 else 0 end) as purchase_count,
        sum(coalesce(net_amount_base, 0)) as spend
    from {{ ref('customer_orders') }}
    where customer_id is not null
        and not is_cancelled
        and ordered_at > {{ add_days(as_of(), '-' ~ threshold_count('vip', 'window_days')) }}
    group by customer_id

),

lives as (

    select
        customer_id,
        count(*) as purchase_count,
        sum(case when ordered_at > {{ add_days(as_of(), '-' ~ threshold_count('active', 'window_days')) }} then 1 else 0 end) as recent_count,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from purchases
    group by customer_id

),

once_active as (

    select distinct earlier.customer_id
    from purchases as earlier
    inner join purchases as later
        on earlier.customer_id = later.customer_id
        and earlier.source || '/' || earlier.order_id <> later.source || '/' || later.order_id
        and later.ordered_at >= earlier.ordered_at
        and later.ordered_at < {{ add_days('earlier.ordered_at', threshold_count('lost', 'active_window_days')) }}

),

told as (

    select 'new' as segment, customer_id
    from lives
    where first_ordered_at > {{ add_days(as_of(), '-' ~ threshold_count('new', 'window_days')) }}

    union all

    select 'active' as segment, customer_id
    from lives
    where recent_count >= {{ threshold_count('active', 'min_orders') }}

    union all

    select 'at_risk' as segment, customer_id
    from lives
    where purchase_count >= {{ threshold_count('at_risk', 'min_orders') }}
        and {{ seconds_between('first_ordered_at', 'last_ordered_at') }} <= (purchase_count - 1) * {{ threshold_count('at_risk', 'max_mean_gap_days') }} * 86400
        and last_ordered_at <= {{ add_days(as_of(), '-' ~ threshold_count('at_risk', 'silent_days')) }}
        and last_ordered_at > {{ add_days(as_of(), '-' ~ threshold_count('lost', 'silent_days')) }}

    union all

    select 'lost' as segment, lives.customer_id
    from lives
    inner join once_active on lives.customer_id = once_active.customer_id
    where lives.last_ordered_at <= {{ add_days(as_of(), '-' ~ threshold_count('lost', 'silent_days')) }}

    union all

    select 'vip' as segment, customer_id
    from orders
    where purchase_count > 0
        and spend > {{ threshold('vip', 'min_spend_amount') }}
        and spend >= {{ threshold('vip', 'min_average_basket_amount') }} * purchase_count

    union all

    select distinct 'searched_category' as segment, customer_id
    from {{ ref('customer_events') }}
    where event_kind = 'search'
        and category is not null
        and occurred_at > {{ add_days(as_of(), '-' ~ threshold_count('searched_category', 'window_days')) }}

    union all

    select distinct 'active_7_days' as segment, customer_id
    from {{ ref('customer_events') }}
    where is_own_act
        and occurred_at > {{ add_days(as_of(), '-' ~ threshold_count('active_7_days', 'window_days')) }}

),

memberships as (

    select * from {{ ref('segment_memberships') }}
    where segment in ('new', 'active', 'at_risk', 'lost', 'vip', 'searched_category', 'active_7_days')

)

select
    coalesce(told.segment, memberships.segment) as segment,
    coalesce(told.customer_id, memberships.customer_id) as customer_id,
    told.customer_id is not null as is_told,
    memberships.customer_id is not null as is_member
from told
full outer join memberships
    on told.segment = memberships.segment
    and told.customer_id = memberships.customer_id
where told.customer_id is null
    or memberships.customer_id is null
