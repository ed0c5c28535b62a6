{# Where every retired customer id lives on, in one hop (I6): at the customer that now holds its founding identifier,
   else at the one that holds most of the identifiers it ever had. It was split when its last identifiers went to several customers,
   and erased when nothing of it lives on. #}
with

ledger as (

    select
        identifier_key,
        from_customer_id,
        to_customer_id,
        build_number,
        changed_at
    from {{ ref('identity_changes') }}
    where {{ was_known('changed_at') }}

),

identity_map as (

    select
        identifier_key,
        customer_id
    from {{ ref('identity_map') }}

),

living as (

    select distinct customer_id from identity_map

),

issued as (

    select distinct to_customer_id as customer_id
    from ledger

),

no_longer_living as (

    select issued.customer_id
    from issued
    left join living on issued.customer_id = living.customer_id
    where living.customer_id is null

),

{# few ids are retired: only what those ever held is made distinct #}
retired as (

    select distinct
        no_longer_living.customer_id,
        ledger.identifier_key
    from no_longer_living
    inner join ledger on no_longer_living.customer_id = ledger.to_customer_id

),

heirs as (

    select
        retired.customer_id as retired_customer_id,
        identity_map.customer_id,
        max(case when {{ customer_id_of('retired.identifier_key') }} = retired.customer_id then 1 else 0 end) as holds_founder,
        count(*) as member_count
    from retired
    left join identity_map on retired.identifier_key = identity_map.identifier_key
    group by
        retired.customer_id,
        identity_map.customer_id

),

ranked as (

    select
        retired_customer_id,
        customer_id,
        row_number() over (
            partition by retired_customer_id
            order by
                case when customer_id is null then 1 else 0 end,
                holds_founder desc,
                member_count desc,
                {{ binary_order('customer_id') }}
        ) as place
    from heirs

),

last_moves as (

    select
        ledger.from_customer_id,
        max(ledger.build_number) as build_number
    from ledger
    group by ledger.from_customer_id

),

causes as (

    select
        ledger.from_customer_id,
        count(distinct ledger.to_customer_id) as heir_count,
        max(ledger.changed_at) as changed_at
    from ledger
    inner join last_moves
        on ledger.from_customer_id = last_moves.from_customer_id
        and ledger.build_number = last_moves.build_number
    group by ledger.from_customer_id

),

aliases as (

    select
        ---------- ids
        ranked.retired_customer_id,
        ranked.customer_id,

        ---------- strings
        case
            when ranked.customer_id is null then 'erase'
            when causes.heir_count > 1 then 'split'
            else 'merge'
        end as cause,

        ---------- timestamps
        causes.changed_at
    from ranked
    left join causes on ranked.retired_customer_id = causes.from_customer_id
    where ranked.place = 1

)

select * from aliases
