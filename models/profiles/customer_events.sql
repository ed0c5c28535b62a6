{# The behaviour stream: everything a customer did or was sent, in every channel, in one vocabulary. #}
with

events as (

    select * from {{ ref('int_profiles__events_unioned') }}

),

sessions as (

    select * from {{ ref('int_profiles__sessions_assigned') }}

),

products as (

    select * from {{ ref('stg_shop__products') }}

),

rates as (

    select * from {{ ref('int_profiles__currency_rates_ranged') }}

),

search_categories as (

    select * from {{ ref('int_profiles__search_terms_matched') }}

),

priced as (

    select
        events.*,
        coalesce(events.currency, case when events.amount is not null then {{ base_currency() }} end) as amount_currency
    from events

),

streamed as (

    select
        ---------- ids
        priced.event_id,
        priced.customer_id,
        sessions.session_id,
        priced.product_id,
        priced.order_id,

        ---------- strings
        priced.event_name,
        priced.event_kind,
        priced.channel,
        priced.source,
        coalesce(products.category, priced.category, search_categories.category) as category,
        priced.search_term,
        priced.amount_currency as currency,
        priced.device_type,
        priced.city,
        priced.country,
        priced.campaign,

        ---------- numbers
        priced.checkout_step,
        cast(priced.amount as numeric(18, 4)) as amount,
        cast(round(cast(priced.amount as numeric(20, 4)) * cast(rates.rate_to_base as numeric(18, 8)), 4) as numeric(18, 4)) as amount_base,
        priced.duration_seconds,

        ---------- booleans
        priced.is_own_act,

        ---------- timestamps
        priced.occurred_at
    from priced
    left join sessions on priced.event_id = sessions.event_id
    left join products on priced.product_id = products.product_id
    left join search_categories on priced.search_term = search_categories.search_term
    left join rates
        on priced.amount_currency = rates.currency
        and cast(priced.occurred_at as date) >= rates.valid_from
        and cast(priced.occurred_at as date) < rates.valid_to

)

select * from streamed
