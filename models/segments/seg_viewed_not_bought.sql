{# Who looked at a product lately and has not bought that product since (G8)? #}
{{ config(materialized='renewed', touched='int_segments__customers_touched', touched_keys=['customer_id']) }}
with

views as (

    select
        customer_id,
        product_id,
        occurred_at
    from {{ of_touched('customer_events') }}
    where
        event_kind = 'view'
        and product_id is not null

),

purchases as (

    select * from {{ of_touched('int_segments__products_bought') }}

),

products_bought as (

    select distinct
        customer_id,
        product_id
    from purchases

),

{# few views are of a product that the customer ever bought: only those need to know when #}
views_told as (

    select
        views.*,
        products_bought.product_id is not null as is_of_a_product_bought
    from views
    left join products_bought
        on views.customer_id = products_bought.customer_id
        and views.product_id = products_bought.product_id

),

walk as (

    select
        customer_id,
        product_id,
        occurred_at,
        1 as is_view
    from views_told
    where is_of_a_product_bought

    union all

    select
        customer_id,
        product_id,
        ordered_at as occurred_at,
        0 as is_view
    from purchases

),

walked as (

    select
        walk.*,
        min(case when is_view = 0 then occurred_at end) over (
            partition by
                customer_id,
                product_id
            order by occurred_at
            range between current row and unbounded following
        ) as bought_at
    from walk

),

{# of the others it does not matter which product it was: one row for each quarter of an hour holds as long as all its views #}
unbought as (

    select
        customer_id,
        min(occurred_at) as starts_at,
        max(occurred_at) as last_viewed_at
    from views_told
    where not is_of_a_product_bought
    group by
        customer_id,
        {{ quarter_hour('occurred_at') }}

),

windows as (

    select
        customer_id,
        occurred_at as starts_at,
        least(
            {{ add_days('occurred_at', threshold_count('viewed_not_bought', 'window_days')) }},
            coalesce(bought_at, {{ far_future() }})
        ) as ends_at,
        'viewed' as reason,
        case
            when bought_at <= {{ add_days('occurred_at', threshold_count('viewed_not_bought', 'window_days')) }} then 'product ' || product_id || ' bought'
            else {{ threshold_count('viewed_not_bought', 'window_days') }} || ' days after the last view'
        end as ended_by
    from walked
    where is_view = 1

    union all

    select
        customer_id,
        starts_at,
        {{ add_days('last_viewed_at', threshold_count('viewed_not_bought', 'window_days')) }} as ends_at,
        'viewed' as reason,
        {{ threshold_count('viewed_not_bought', 'window_days') }} || ' days after the last view' as ended_by
    from unbought

),

merged as (

    {{ spells('windows', 'viewed_not_bought') }}

),

{# which product it was is asked only of the views that opened a spell, those aside that were bought in the same instant #}
opening_views as (

    select
        views.customer_id,
        views.occurred_at,
        min({{ binary_order('views.product_id') }}) as product_id
    from views
    inner join merged
        on views.customer_id = merged.customer_id
        and views.occurred_at = merged.entered_at
    left join purchases
        on views.customer_id = purchases.customer_id
        and views.product_id = purchases.product_id
        and views.occurred_at = purchases.ordered_at
    where purchases.customer_id is null
    group by
        views.customer_id,
        views.occurred_at

),

told as (

    select
        merged.customer_id,
        merged.segment,
        merged.value,
        'viewed product ' || opening_views.product_id as reason,
        merged.exit_reason,
        merged.entered_at,
        merged.left_at
    from merged
    inner join opening_views
        on merged.customer_id = opening_views.customer_id
        and merged.entered_at = opening_views.occurred_at

)

select * from told
