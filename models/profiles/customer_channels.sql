{# How each customer answers on each message channel, and whether they may and can be reached there (P8). The score is the share of messages
   that were answered, a view counting less than a click, drawn towards the channel's average as if some average messages had been sent too:
   few messages prove little. Reachable fails closed: without a consent nobody is. #}
with

channels as (

    select * from {{ ref('int_profiles__channels_joined') }}

),

restrictions as (

    select * from {{ ref('customer_data_uses') }}
    where
        purpose = 'processing'
        and status = 'RET'

),

{# few messages make few different rows: a score is a long division, and is made once for each of them #}
weights as (

    select
        channel,
        sent_count,
        answer_weight,
        count(*) as customer_count
    from {{ ref('int_profiles__channels_joined') }}
    group by
        channel,
        sent_count,
        answer_weight

),

averages as (

    select
        channel,
        cast(sum(answer_weight * customer_count) as numeric(18, 4)) as answer_weight,
        cast(sum(sent_count * customer_count) as bigint) as sent_count
    from weights
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

weighted as (

    select
        weights.channel,
        weights.sent_count,
        weights.answer_weight,
        cast(weights.answer_weight + coalesce(priors.prior_weight, 0) as numeric(18, 6)) as weight_with_prior,
        cast(weights.sent_count + {{ context_rule('prior_messages') }} as numeric(18, 4)) as messages_with_prior
    from weights
    left join priors on weights.channel = priors.channel

),

scores as (

    select
        channel,
        sent_count,
        answer_weight,
        {{ divide('weight_with_prior', 'messages_with_prior', 4) }} as response_score
    from weighted

),

scored as (

    select
        channels.*,
        scores.response_score,
        channels.viewed_count >= {{ context_rule('preferred_min_responses') }} as is_proven,
        channels.is_permitted and restrictions.customer_id is null as is_reachable
    from channels
    inner join scores
        on channels.channel = scores.channel
        and channels.sent_count = scores.sent_count
        and channels.answer_weight = scores.answer_weight
    left join restrictions on channels.customer_id = restrictions.customer_id

),

{# most rows are neither, and need no place #}
proven_ranked as (

    select
        customer_id,
        channel,
        row_number() over (
            partition by customer_id
            order by
                response_score desc,
                responded_count desc,
                last_answered_at desc nulls last,
                {{ binary_order('channel') }} asc
        ) as place
    from scored
    where is_proven

),

reachable_ranked as (

    select
        customer_id,
        channel,
        row_number() over (
            partition by customer_id
            order by
                response_score desc,
                responded_count desc,
                last_answered_at desc nulls last,
                {{ binary_order('channel') }} asc
        ) as place
    from scored
    where is_reachable

),

finished as (

    select
        ---------- ids
        scored.customer_id,

        ---------- strings
        scored.channel,
        scored.consent_status,

        ---------- numbers
        scored.sent_count,
        scored.viewed_count,
        scored.responded_count,
        scored.failed_count,
        scored.refused_count,
        scored.response_score,
        scored.contact_point_count,
        scored.working_contact_point_count,

        ---------- booleans
        scored.is_reachable,
        coalesce(proven_ranked.place = 1, false) as is_preferred,
        coalesce(reachable_ranked.place = 1, false) as is_best_reachable,

        ---------- timestamps
        scored.last_sent_at,
        scored.last_answered_at
    from scored
    left join proven_ranked
        on scored.customer_id = proven_ranked.customer_id
        and scored.channel = proven_ranked.channel
    left join reachable_ranked
        on scored.customer_id = reachable_ranked.customer_id
        and scored.channel = reachable_ranked.channel

)

select * from finished
