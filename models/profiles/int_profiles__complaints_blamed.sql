{# What a complaint or an unsubscribe is held against. A complaint names no product, so it falls on what the customer bought last before it,
   within the setting's days; an unsubscribe falls on the category that the name of its campaign holds. One that finds nothing counts nowhere. #}
{{ config(materialized='renewed', keys=['event_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') if model.resource_type != 'unit_test' }}
with

events as (

    select
        event_id,
        customer_id,
        event_name,
        campaign,
        occurred_at
    from {{ ref('customer_events') }}
    where event_kind in ('service', 'message_refused')

),

tickets as (

    select 'zendesk/' || ticket_id as event_id
    from {{ ref('stg_zendesk__tickets') }}
    where
        satisfaction_score = 'bad'
        or (ticket_type = 'problem' and coalesce(satisfaction_score, 'unknown') <> 'good')

),

social_messages as (

    select 'sprout_social/' || social_message_id as event_id
    from {{ ref('stg_sprout_social__messages') }}
    where sentiment = 'negative'

),

products as (

    select * from {{ ref('stg_shop__products') }}

),

unhappy as (

    select event_id from tickets

    union all

    select event_id from social_messages

    union all

    select event_id from events
    where event_name = 'Message Complained'

),

complaints as (

    select
        events.event_id,
        events.customer_id,
        events.occurred_at
    from events
    inner join unhappy on events.event_id = unhappy.event_id

),

{# few complain: the purchases of all others would be kept for nothing #}
lines as (

    select
        customer_id,
        source,
        order_id,
        product_id,
        ordered_at
    from {{ ref('customer_order_lines') }}
    where
        customer_id in (select complaints.customer_id from complaints)
        and product_id is not null
        and is_purchase

),

{# all lines of the last purchase before the complaint #}
purchases_before as (

    select
        complaints.event_id,
        complaints.customer_id,
        complaints.occurred_at,
        lines.product_id,
        rank() over (
            partition by complaints.event_id
            order by
                lines.ordered_at desc,
                {{ binary_order('lines.source') }} asc,
                {{ binary_order('lines.order_id') }} asc
        ) as place
    from complaints
    inner join lines
        on complaints.customer_id = lines.customer_id
        and complaints.occurred_at >= lines.ordered_at
        and complaints.occurred_at < {{ add_days('lines.ordered_at', profile_count('affinity', 'blame_days')) }}

),

complaints_blamed as (

    select distinct
        event_id,
        customer_id,
        'complaint' as event_kind,
        product_id,
        cast(null as {{ dbt.type_string() }}) as category,
        occurred_at
    from purchases_before
    where place = 1

),

campaigns as (

    select distinct
        campaign,
        {{ normalise_name('campaign') }} as campaign_name
    from events
    where
        event_name = 'Unsubscribed'
        and campaign is not null

),

categories as (

    select distinct
        category,
        {{ normalise_name('category') }} as category_name
    from products
    where category is not null

),

campaigns_matched as (

    select
        campaigns.campaign,
        categories.category,
        row_number() over (
            partition by campaigns.campaign
            order by
                length(categories.category_name) desc,
                {{ binary_order('categories.category') }} asc
        ) as place
    from campaigns
    inner join categories on ' ' || campaigns.campaign_name || ' ' like '% ' || categories.category_name || ' %'

),

unsubscribes_blamed as (

    select
        events.event_id,
        events.customer_id,
        'unsubscribe' as event_kind,
        cast(null as {{ dbt.type_string() }}) as product_id,
        campaigns_matched.category,
        events.occurred_at
    from events
    inner join campaigns_matched
        on events.campaign = campaigns_matched.campaign
        and campaigns_matched.place = 1
    where events.event_name = 'Unsubscribed'

),

unioned as (

    select * from complaints_blamed

    union all

    select * from unsubscribes_blamed

)

select * from unioned
