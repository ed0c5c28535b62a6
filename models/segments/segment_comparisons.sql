{# Two definitions of a segment beside each other on past days: the rule that holds and a candidate with other numbers (G22). Who is in by one only, and which
   of the two finds more of those who then bought, or stayed away, as the segment means to. #}
with

spells as (

    select * from {{ ref('int_segments__spells_unioned') }}

),

played as (

    select * from {{ ref('int_segments__candidates_played') }}

),

candidates as (

    select distinct
        segment,
        candidate
    from {{ ref('segment_candidates') }}

),

definitions as (

    select * from {{ ref('segment_definitions') }}

),

months as (

    select * from {{ ref('int_segments__months_listed') }}
    where {{ add_days('begins_at', var('segment_outcome_days')) }} <= {{ as_of() }}

),

purchases as (

    select * from {{ ref('int_segments__purchases_walked') }}

),

customers as (

    select * from {{ ref('customers') }}

),

{# what came of it: bought within the days after #}
buyers as (

    select distinct
        purchases.customer_id,
        months.months_ago
    from purchases
    inner join months
        on purchases.ordered_at >= months.begins_at
        and purchases.ordered_at < {{ add_days('months.begins_at', var('segment_outcome_days')) }}

),

everyone as (

    select
        months.months_ago,
        count(customers.customer_id) as customers,
        count(buyers.customer_id) as buyers
    from months
    inner join customers on months.begins_at >= customers.first_seen_at
    left join buyers
        on customers.customer_id = buyers.customer_id
        and months.months_ago = buyers.months_ago
    group by months.months_ago

),

rule_members as (

    select
        candidates.segment,
        candidates.candidate,
        spells.customer_id,
        months.months_ago
    from spells
    inner join candidates on spells.segment = candidates.segment
    inner join months
        on spells.entered_at <= months.begins_at
        and spells.left_at > months.begins_at

),

candidate_members as (

    select
        played.segment,
        played.candidate,
        played.customer_id,
        months.months_ago
    from played
    inner join months
        on played.entered_at <= months.begins_at
        and played.left_at > months.begins_at

),

either as (

    select
        coalesce(rule_members.segment, candidate_members.segment) as segment,
        coalesce(rule_members.candidate, candidate_members.candidate) as candidate,
        coalesce(rule_members.customer_id, candidate_members.customer_id) as customer_id,
        coalesce(rule_members.months_ago, candidate_members.months_ago) as months_ago,
        case when rule_members.customer_id is null then 0 else 1 end as is_by_rule,
        case when candidate_members.customer_id is null then 0 else 1 end as is_by_candidate
    from rule_members
    full outer join candidate_members
        on rule_members.segment = candidate_members.segment
        and rule_members.candidate = candidate_members.candidate
        and rule_members.customer_id = candidate_members.customer_id
        and rule_members.months_ago = candidate_members.months_ago

),

counted as (

    select
        either.segment,
        either.candidate,
        either.months_ago,
        sum(either.is_by_rule) as rule_members,
        sum(either.is_by_candidate) as candidate_members,
        sum(either.is_by_rule * either.is_by_candidate) as shared_members,
        sum(case when buyers.customer_id is not null then either.is_by_rule else 0 end) as rule_buyers,
        sum(case when buyers.customer_id is not null then either.is_by_candidate else 0 end) as candidate_buyers,
        sum(case when buyers.customer_id is not null then either.is_by_rule * either.is_by_candidate else 0 end) as shared_buyers
    from either
    left join buyers
        on either.customer_id = buyers.customer_id
        and either.months_ago = buyers.months_ago
    group by
        either.segment,
        either.candidate,
        either.months_ago

),

filled as (

    select
        candidates.segment,
        candidates.candidate,
        definitions.expected_outcome,
        months.month,
        cast(everyone.customers as bigint) as customers,
        cast(everyone.buyers as bigint) as buyers,
        {%- for name in ['rule_members', 'candidate_members', 'shared_members', 'rule_buyers', 'candidate_buyers', 'shared_buyers'] %}
        cast(coalesce(counted.{{ name }}, 0) as bigint) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from candidates
    inner join definitions on candidates.segment = definitions.segment
    cross join months
    inner join everyone on months.months_ago = everyone.months_ago
    left join counted
        on candidates.segment = counted.segment
        and candidates.candidate = counted.candidate
        and months.months_ago = counted.months_ago

),

{# those in by one definition only: what the two differ in #}
parted as (

    select
        filled.*,
        cast(rule_members - shared_members as numeric(38, 0)) as n_1,
        cast(rule_buyers - shared_buyers as numeric(38, 0)) as b_1,
        cast(candidate_members - shared_members as numeric(38, 0)) as n_2,
        cast(candidate_buyers - shared_buyers as numeric(38, 0)) as b_2
    from filled

),

shared_out as (

    select
        parted.*,
        {{ divide('rule_buyers', 'rule_members', 4) }} as rule_share,
        {{ divide('candidate_buyers', 'candidate_members', 4) }} as candidate_share,
        {{ divide('buyers', 'customers', 4) }} as base_share,
        {#- whose share of buyers is greater, without rounding -#}
        sign(rule_buyers * candidate_members - candidate_buyers * rule_members) as direction
    from parted

),

compared as (

    select
        ---------- strings
        segment,
        candidate,
        case
            when rule_members = 0 or candidate_members = 0 or direction = 0 then 'even'
            when (direction > 0) = (expected_outcome = 'buy') then 'rule'
            else 'candidate'
        end as better,

        ---------- numbers
        rule_members,
        candidate_members,
        shared_members,
        rule_buyers,
        candidate_buyers,
        customers,
        buyers,
        rule_share,
        candidate_share,
        base_share,
        {{ divide('rule_share', 'base_share', 2) }} as rule_lift,
        {{ divide('candidate_share', 'base_share', 2) }} as candidate_lift,

        ---------- booleans
        {# two shares of people who are in one only, compared by the square of z in whole numbers: 1.96 squared is 3.8416 #}
        n_1 * n_2 * (b_1 + b_2) * (n_1 + n_2 - b_1 - b_2) > 0
        and (b_1 * n_2 - b_2 * n_1) * (b_1 * n_2 - b_2 * n_1) * (n_1 + n_2) * 10000
        > 38416 * n_1 * n_2 * (b_1 + b_2) * (n_1 + n_2 - b_1 - b_2) as is_beyond_chance,

        ---------- dates
        month
    from shared_out

)

select * from compared
