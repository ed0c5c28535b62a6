{# What each customer likes and dislikes: categories and brands, by what was done about them and how long ago. #}
{{ config(
    materialized='renewed',
    touched='int_profiles__interests_touched',
    touched_keys=['customer_id'],
) }}
{% set kinds = ['category', 'brand'] -%}

with

interests as (

    select * from {{ touched('int_profiles__interests_summed', by='int_profiles__interests_touched', keys=['customer_id']) }}

),

weights as (

    select * from {{ ref('affinity_weights') }}

),

decay as (

    select * from {{ ref('affinity_decay') }}

),

weighted as (

    select
        interests.customer_id,
        interests.category,
        interests.brand,
        interests.event_count,
        case when weights.weight < 0 then interests.event_count else 0 end as negative_count,
        cast(interests.event_count * weights.weight * decay.share as numeric(18, 4)) as score,
        interests.last_occurred_at
    from interests
    inner join weights on interests.event_kind = weights.event_kind
    inner join decay on interests.window_days = decay.window_days

),

scored as (

    {%- for kind in kinds %}
    select
        customer_id,
        '{{ kind }}' as kind,
        {{ kind }} as value,
        cast(sum(score) as numeric(18, 4)) as score,
        cast(sum(event_count) as bigint) as evidence_count,
        cast(sum(negative_count) as bigint) as negative_count,
        max(last_occurred_at) as last_occurred_at
    from weighted
    where {{ kind }} is not null
    group by
        customer_id,
        {{ kind }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

totals as (

    select
        customer_id,
        kind,
        cast(sum(case when score > 0 then score else 0 end) as numeric(18, 4)) as positive_score
    from scored
    group by
        customer_id,
        kind

),

ranked as (

    select
        ---------- ids
        scored.customer_id,

        ---------- strings
        scored.kind,
        scored.value,
        case
            when scored.score >= {{ profile_setting('affinity', 'like_min_score') }} then 'like'
            when scored.score <= {{ profile_setting('affinity', 'dislike_max_score') }} then 'dislike'
            else 'neutral'
        end as stance,

        ---------- numbers
        scored.score,
        case when scored.score > 0 then {{ divide('scored.score', 'totals.positive_score', 4) }} else 0 end as share,
        row_number() over (
            partition by
                scored.customer_id,
                scored.kind
            order by
                scored.score desc,
                scored.last_occurred_at desc,
                {{ binary_order('scored.value') }} asc
        ) as rank,
        scored.evidence_count,
        scored.negative_count,

        ---------- timestamps
        scored.last_occurred_at
    from scored
    inner join totals
        on scored.customer_id = totals.customer_id
        and scored.kind = totals.kind

)

select
    customer_id,
    kind,
    value,
    stance,
    score,
    cast(share as numeric(18, 4)) as share,
    rank,
    evidence_count,
    negative_count,
    last_occurred_at
from ranked
