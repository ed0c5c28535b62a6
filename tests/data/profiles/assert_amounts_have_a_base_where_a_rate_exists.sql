{# An amount whose currency and day the rate table knows has an amount in base currency, and one in base currency has itself. #}
with

rates as (

    select * from {{ ref('int_profiles__currency_rates_ranged') }}

),

amounts as (

    select 'customer_orders' as table_name, source || '/' || order_id as row_id, currency, cast(ordered_at as date) as on_date, net_amount as amount, net_amount_base as amount_base
    from {{ ref('customer_orders') }}

    union all

    select 'customer_events' as table_name, event_id as row_id, currency, cast(occurred_at as date) as on_date, amount, amount_base
    from {{ ref('customer_events') }}
    where amount is not null

)

select amounts.*
from amounts
left join rates
    on amounts.currency = rates.currency
    and amounts.on_date >= rates.valid_from
    and amounts.on_date < rates.valid_to
where (rates.currency is null) <> (amounts.amount_base is null)
    or amounts.currency = {{ base_currency() }} and amounts.amount_base is distinct from amounts.amount
