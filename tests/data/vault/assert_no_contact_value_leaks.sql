{# No e-mail address, phone number or card number that we know stands as a value in the traits, the reasons or the behaviour stream (M1). #}
with

identifiers as (

    select identifier_value
    from {{ ref('identifiers') }}
    where identifier_type in ('email', 'phone', 'loyalty_card', 'payment_token', 'push_token', 'social_handle')

    union

    select contact_value as identifier_value
    from {{ ref('customer_contacts') }}

),

texts as (

    select 'customer_traits.value' as column_name, value from {{ ref('customer_traits') }}
    union
    select 'customer_events.search_term' as column_name, search_term as value from {{ ref('customer_events') }}
    union
    select 'customer_events.campaign' as column_name, campaign as value from {{ ref('customer_events') }}
    union
    select 'segment_changes.reason' as column_name, reason as value from {{ ref('segment_changes') }}
    union
    select 'identity_refusals.detail' as column_name, detail as value from {{ ref('identity_refusals') }}

)

select
    texts.column_name,
    count(*) as value_count
from texts
inner join identifiers on texts.value = identifiers.identifier_value
group by texts.column_name
