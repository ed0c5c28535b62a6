{# Whether the graph looks healthy where no truth is known (I11): a handful of shares, each beside the range a healthy graph lies in. #}
with

identity_map as (

    select * from {{ ref('identity_map') }}

),

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

staged as (

    select * from {{ ref('int_staging__evidence_unioned') }}
    where is_own and birth_date is not null

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

records as (

    select * from {{ ref('record_map') }}

),

links as (

    select * from {{ ref('identity_links') }}

),

refusals as (

    select * from {{ ref('identity_refusals') }}
    where other_identifier_key is not null

),

ledger as (

    select * from {{ ref('identity_changes') }}
    where {{ was_known('changed_at') }}

),

ranges as (

    select * from {{ ref('plausibility_ranges') }}

),

customers as (

    select
        customer_id,
        count(*) as identifiers,
        max(case when is_known_person then 1 else 0 end) as is_known
    from identity_map
    group by customer_id

),

given_names as (

    select
        identity_map.customer_id,
        count(distinct evidence.given_name_initials) as names
    from evidence
    inner join identity_map on evidence.identifier_key = identity_map.identifier_key
    where evidence.given_name_initials is not null and evidence.is_own
    group by identity_map.customer_id

),

birth_dates as (

    select
        identity_map.customer_id,
        count(distinct staged.birth_date) as dates
    from staged
    inner join identifiers
        on staged.identifier_type = identifiers.identifier_type
        and staged.identifier_value = identifiers.identifier_value
    inner join identity_map on identifiers.identifier_key = identity_map.identifier_key
    group by identity_map.customer_id

),

record_counts as (

    select
        customer_id,
        count(*) as records
    from records
    group by customer_id

),

last_build as (

    select max(build_number) as build_number from ledger

),

moved as (

    select count(*) as identifiers
    from ledger
    inner join last_build on ledger.build_number = last_build.build_number
    where ledger.from_customer_id is not null and ledger.build_number > 1

),

measured as (

    select
        'share_of_customers_with_several_given_names' as measure,
        {{ divide('count(case when names > 1 then 1 end)', 'count(*)', 6) }} as value
    from given_names
    union all
    select
        'share_of_customers_with_two_birth_dates' as measure,
        {{ divide('count(case when dates > 1 then 1 end)', 'count(*)', 6) }} as value
    from birth_dates
    union all
    select
        'largest_customer_identifiers' as measure,
        cast(max(identifiers) as numeric(18, 6)) as value
    from customers
    union all
    select
        'average_identifiers_of_known_customers' as measure,
        {{ divide('sum(case when is_known = 1 then identifiers else 0 end)', 'sum(is_known)', 6) }} as value
    from customers
    union all
    select
        'share_of_known_customers_with_one_record' as measure,
        {{ divide('count(case when record_counts.records = 1 then 1 end)', 'count(*)', 6) }} as value
    from customers
    left join record_counts on customers.customer_id = record_counts.customer_id
    where customers.is_known = 1
    union all
    select
        'share_of_links_refused' as measure,
        {{ divide('(select count(*) from refusals)', '((select count(*) from refusals) + (select count(*) from links))', 6) }} as value
    union all
    select
        'share_of_identifiers_moved_by_the_last_build' as measure,
        {{ divide('(select identifiers from moved)', '(select count(*) from identity_map)', 6) }} as value

),

judged as (

    select
        ---------- strings
        ranges.measure,
        ranges.reason,

        ---------- numbers
        cast(measured.value as numeric(18, 6)) as value,
        ranges.expected_low,
        ranges.expected_high,

        ---------- booleans
        {# nothing to measure is not a bad sign: the value is empty then #}
        measured.value is null or measured.value between ranges.expected_low and ranges.expected_high as is_plausible
    from ranges
    inner join measured on ranges.measure = measured.measure

)

select * from judged
