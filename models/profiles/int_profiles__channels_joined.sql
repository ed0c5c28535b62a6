{# All that a customer's row of a message channel holds without looking at anybody else: messages and answers, contact points and those that work, the state
   of consent, and whether it permits a message (P8, P9). It fails closed: without a consent nobody is permitted. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__reach_touched',
    touched_keys=['customer_id'],
) }}
with

answered as (

    select * from {{ touched('int_profiles__answers_summed', by='int_profiles__reach_touched', keys=['customer_id']) }}

),

message_channels as (

    select * from {{ ref('message_channels') }}

),

identity_map as (

    select * from {{ touched('identity_map', by='int_profiles__reach_touched', keys=['customer_id']) }}

),

contact_failures as (

    select * from {{ ref('int_staging__contact_failures_dated') }}

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

contact_consents as (

    select * from {{ ref('contact_consents') }}
    where purpose = 'marketing'

),

customer_consents as (

    select * from {{ touched('customer_consents', by='int_profiles__reach_touched', keys=['customer_id']) }}
    where purpose = 'marketing'

),

failures as (

    select
        identifiers.identifier_key,
        contact_failures.channel,
        coalesce(contact_failures.worked_at > contact_failures.failed_at, contact_failures.failed_at is null) as is_working
    from contact_failures
    inner join identifiers
        on contact_failures.identifier_type = identifiers.identifier_type
        and contact_failures.identifier_value = identifiers.identifier_value

),

points as (

    select
        identity_map.customer_id,
        message_channels.channel,
        coalesce(failures.is_working, true) as is_working,
        coalesce(failures.is_working, true) and (message_channels.consent_of = 'customer' or coalesce(contact_consents.status = 'ONAY', false)) as is_usable
    from identity_map
    inner join message_channels on identity_map.identifier_type = message_channels.identifier_type
    left join failures
        on identity_map.identifier_key = failures.identifier_key
        and message_channels.channel = failures.channel
    left join contact_consents
        on identity_map.identifier_key = contact_consents.contact_key
        and message_channels.consent_channel = contact_consents.channel

),

points_counted as (

    select
        customer_id,
        channel,
        count(*) as contact_point_count,
        sum(case when is_working then 1 else 0 end) as working_contact_point_count,
        sum(case when is_usable then 1 else 0 end) as usable_contact_point_count
    from points
    group by
        customer_id,
        channel

),

pairs as (

    select
        customer_id,
        channel
    from answered

    union

    select
        customer_id,
        channel
    from points_counted

),

consent_channels as (

    select distinct
        channel,
        consent_channel
    from message_channels

),

joined as (

    select
        ---------- ids
        pairs.customer_id,

        ---------- strings
        pairs.channel,
        customer_consents.status as consent_status,

        ---------- numbers
        cast(coalesce(answered.sent_count, 0) as bigint) as sent_count,
        cast(coalesce(answered.viewed_count, 0) as bigint) as viewed_count,
        cast(coalesce(answered.responded_count, 0) as bigint) as responded_count,
        cast(coalesce(answered.failed_count, 0) as bigint) as failed_count,
        cast(coalesce(answered.refused_count, 0) as bigint) as refused_count,
        cast(coalesce(answered.answer_weight, 0) as numeric(18, 4)) as answer_weight,
        cast(coalesce(points_counted.contact_point_count, 0) as bigint) as contact_point_count,
        cast(coalesce(points_counted.working_contact_point_count, 0) as bigint) as working_contact_point_count,

        ---------- booleans
        coalesce(customer_consents.status = 'ONAY' and points_counted.usable_contact_point_count > 0, false) as is_permitted,

        ---------- timestamps
        answered.last_sent_at,
        answered.last_answered_at
    from pairs
    left join answered
        on pairs.customer_id = answered.customer_id
        and pairs.channel = answered.channel
    left join points_counted
        on pairs.customer_id = points_counted.customer_id
        and pairs.channel = points_counted.channel
    left join consent_channels on pairs.channel = consent_channels.channel
    left join customer_consents
        on pairs.customer_id = customer_consents.customer_id
        and consent_channels.consent_channel = customer_consents.channel

)

select * from joined
