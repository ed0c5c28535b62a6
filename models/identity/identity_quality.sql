{# How good the graph is (I11): pairwise and B-cubed precision, recall and F1 where truth is known, sizes everywhere.
   Pairwise counts pairs of records; B-cubed averages over records, so that one monster does not hide a thousand good ones. #}
with

matched as (

    select * from {{ ref('int_identity__labels_matched') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

screened as (

    select * from {{ ref('int_identity__identifiers_screened') }}

),

cells as (

    select
        customer_id,
        person_id,
        count(*) as records
    from matched
    group by
        customer_id,
        person_id

),

by_customer as (

    select
        customer_id,
        sum(records) as records
    from cells
    group by customer_id

),

by_person as (

    select
        person_id,
        sum(records) as records
    from cells
    group by person_id

),

pairs as (

    select
        cast((select coalesce(sum(records * (records - 1)), 0) from cells) as bigint) as true_pairs,
        cast((select coalesce(sum(records * (records - 1)), 0) from by_customer) as bigint) as found_pairs,
        cast((select coalesce(sum(records * (records - 1)), 0) from by_person) as bigint) as real_pairs

),

cubed as (

    select
        cast(sum(cells.records) as bigint) as records,
        sum({{ divide('cells.records * cells.records', 'by_customer.records', 6) }}) as precision_sum,
        sum({{ divide('cells.records * cells.records', 'by_person.records', 6) }}) as recall_sum
    from cells
    inner join by_customer on cells.customer_id = by_customer.customer_id
    inner join by_person on cells.person_id = by_person.person_id

),

rates as (

    select
        {{ divide('pairs.true_pairs', 'pairs.found_pairs', 6) }} as pairwise_precision,
        {{ divide('pairs.true_pairs', 'pairs.real_pairs', 6) }} as pairwise_recall,
        {{ divide('2 * pairs.true_pairs', '(pairs.found_pairs + pairs.real_pairs)', 6) }} as pairwise_f1,
        {{ divide('cubed.precision_sum', 'cubed.records', 6) }} as bcubed_precision,
        {{ divide('cubed.recall_sum', 'cubed.records', 6) }} as bcubed_recall,
        coalesce(cubed.records, 0) as labelled_records
    from pairs
    cross join cubed

),

sizes as (

    select
        customer_id,
        count(*) as identifiers,
        max(case when is_known_person then 1 else 0 end) as is_known
    from identity_map
    group by customer_id

),

totals as (

    select
        count(*) as customers,
        coalesce(sum(is_known), 0) as known_customers,
        coalesce(sum(identifiers), 0) as identifiers,
        coalesce(max(identifiers), 0) as largest_customer,
        {{ divide('sum(case when identifiers = 1 then 1 else 0 end)', 'count(*)', 6) }} as single_identifier_share
    from sizes

),

refused as (

    select count(*) as refused_identifiers
    from screened
    where not is_linking

),

measured as (

    select
        'pairwise_precision' as measure,
        cast(pairwise_precision as numeric(18, 6)) as value
    from rates
    union all
    select
        'pairwise_recall' as measure,
        cast(pairwise_recall as numeric(18, 6)) as value
    from rates
    union all
    select
        'pairwise_f1' as measure,
        cast(pairwise_f1 as numeric(18, 6)) as value
    from rates
    union all
    select
        'bcubed_precision' as measure,
        cast(bcubed_precision as numeric(18, 6)) as value
    from rates
    union all
    select
        'bcubed_recall' as measure,
        cast(bcubed_recall as numeric(18, 6)) as value
    from rates
    union all
    select
        'bcubed_f1' as measure,
        cast({{ divide('2 * bcubed_precision * bcubed_recall', '(bcubed_precision + bcubed_recall)', 6) }} as numeric(18, 6)) as value
    from rates
    union all
    select
        'labelled_records' as measure,
        cast(labelled_records as numeric(18, 6)) as value
    from rates
    union all
    select
        'customers' as measure,
        cast(customers as numeric(18, 6)) as value
    from totals
    union all
    select
        'known_customers' as measure,
        cast(known_customers as numeric(18, 6)) as value
    from totals
    union all
    select
        'identifiers' as measure,
        cast(identifiers as numeric(18, 6)) as value
    from totals
    union all
    select
        'largest_customer' as measure,
        cast(largest_customer as numeric(18, 6)) as value
    from totals
    union all
    select
        'single_identifier_share' as measure,
        cast(single_identifier_share as numeric(18, 6)) as value
    from totals
    union all
    select
        'refused_identifiers' as measure,
        cast(refused_identifiers as numeric(18, 6)) as value
    from refused

),

leveled as (

    select
        measure,
        'exact' as level,
        value
    from measured

)

select * from leveled
