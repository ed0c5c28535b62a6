{# Which hand-written decision is the last word: of each pair of identifiers the newest, wherever it was written (I4, I7).
   Of two of one moment the one that keeps people apart holds. #}
with

seeded as (

    select * from {{ ref('identity_overrides') }}

),

entered as (

    select * from {{ source('ops', 'identity_overrides') }}

),

unioned as (

    select
        action,
        identifier_key,
        other_identifier_key,
        decided_at,
        reason
    from seeded

    union all

    select
        action,
        identifier_key,
        other_identifier_key,
        decided_at,
        reason
    from entered

),

ranked as (

    select
        case when {{ binary_order('identifier_key') }} < {{ binary_order('other_identifier_key') }} then identifier_key else other_identifier_key end as identifier_key,
        case when {{ binary_order('identifier_key') }} < {{ binary_order('other_identifier_key') }} then other_identifier_key else identifier_key end as other_identifier_key,
        action,
        reason,
        decided_at,
        row_number() over (
            partition by
                least({{ binary_order('identifier_key') }}, {{ binary_order('other_identifier_key') }}),
                greatest({{ binary_order('identifier_key') }}, {{ binary_order('other_identifier_key') }})
            order by
                decided_at desc,
                case action when 'exclude' then 1 when 'withdraw' then 2 else 3 end,
                {{ binary_order('reason') }}
        ) as place
    from unioned
    where identifier_key <> other_identifier_key

),

holding as (

    select
        ---------- ids
        identifier_key,
        other_identifier_key,

        ---------- strings
        action,
        reason,

        ---------- timestamps
        decided_at
    from ranked
    where place = 1

)

select * from holding
