{# How each customer answers on each message channel, and whether they may and can be reached there (P8). The score is the share of messages
   that were answered, a view counting less than a click, drawn towards the channel's average as if some average messages had been sent too:
   few messages prove little. Reachable fails closed: without a consent nobody is. #}
with

answered as (

    select * from {{ ref('int_profiles__answers_summed') }}

),

message_channels as (

    select * from {{ ref('message_channels') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

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

    select * from {{ ref('customer_consents') }}
    where purpose = 'marketing'

),

restrictions as (

    select * from {{ ref('customer_data_uses') }}
    where
        purpose = 'processing'
        and status = 'RET'

),

averages as (

    select
        channel,
        cast(sum(answer_weight) as numeric(18, 4)) as answer_weight,
        sum(sent_count) as sent_count
    from answered
    group by channel

),

average_scores as (

    select
        channel,
        {{ divide('answer_weight', 'sent_count', 6) }} as average_score
    from averages

),

priors as (

    select
        channel,
        cast(average_score * {{ context_rule('prior_messages') }} as numeric(18, 6)) as prior_weight
    from average_scores

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
        message_channels.consent_channel,
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
        consent_channel,
        count(*) as contact_point_count,
        sum(case when is_working then 1 else 0 end) as working_contact_point_count,
        sum(case when is_usable then 1 else 0 end) as usable_contact_point_count
    from points
    group by
        customer_id,
        channel,
        consent_channel

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
        pairs.customer_id,
        pairs.channel,
        coalesce(answered.sent_count, 0) as sent_count,
        coalesce(answered.viewed_count, 0) as viewed_count,
        coalesce(answered.responded_count, 0) as responded_count,
        coalesce(answered.failed_count, 0) as failed_count,
        coalesce(answered.refused_count, 0) as refused_count,
        cast(coalesce(answered.answer_weight, 0) + coalesce(priors.prior_weight, 0) as numeric(18, 6)) as weight_with_prior,
        cast(coalesce(answered.sent_count, 0) + {{ context_rule('prior_messages') }} as numeric(18, 4)) as messages_with_prior,
        coalesce(points_counted.contact_point_count, 0) as contact_point_count,
        coalesce(points_counted.working_contact_point_count, 0) as working_contact_point_count,
        customer_consents.status as consent_status,
        coalesce(
            customer_consents.status = 'ONAY'
            and points_counted.usable_contact_point_count > 0
            and restrictions.customer_id is null,
            false
        ) as is_reachable,
        answered.last_sent_at,
        answered.last_answered_at
    from pairs
    left join answered
        on pairs.customer_id = answered.customer_id
        and pairs.channel = answered.channel
    left join priors on pairs.channel = priors.channel
    left join points_counted
        on pairs.customer_id = points_counted.customer_id
        and pairs.channel = points_counted.channel
    left join consent_channels on pairs.channel = consent_channels.channel
    left join customer_consents
        on pairs.customer_id = customer_consents.customer_id
        and consent_channels.consent_channel = customer_consents.channel
    left join restrictions on pairs.customer_id = restrictions.customer_id

),

scored as (

    select
        joined.*,
        {{ divide('weight_with_prior', 'messages_with_prior', 4) }} as response_score,
        viewed_count >= {{ context_rule('preferred_min_responses') }} as is_proven
    from joined

),

ranked as (

    select
        scored.*,
        row_number() over (
            partition by customer_id, is_proven
            order by
                response_score desc,
                responded_count desc,
                last_answered_at desc nulls last,
                {{ binary_order('channel') }} asc
        ) as proven_place,
        row_number() over (
            partition by customer_id, is_reachable
            order by
                response_score desc,
                responded_count desc,
                last_answered_at desc nulls last,
                {{ binary_order('channel') }} asc
        ) as reachable_place
    from scored

),

finished as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        channel,
        consent_status,

        ---------- numbers
        cast(sent_count as bigint) as sent_count,
        cast(viewed_count as bigint) as viewed_count,
        cast(responded_count as bigint) as responded_count,
        cast(failed_count as bigint) as failed_count,
        cast(refused_count as bigint) as refused_count,
        response_score,
        cast(contact_point_count as bigint) as contact_point_count,
        cast(working_contact_point_count as bigint) as working_contact_point_count,

        ---------- booleans
        is_reachable,
        is_proven and proven_place = 1 as is_preferred,
        is_reachable and reachable_place = 1 as is_best_reachable,

        ---------- timestamps
        last_sent_at,
        last_answered_at
    from ranked

)

select * from finished
