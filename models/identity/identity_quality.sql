{# How good the graph is at each level (I11): pairwise and B-cubed precision, recall and F1 where truth is known, sizes everywhere.
   Pairwise counts pairs of records; B-cubed averages over records, so that one monster does not hide a thousand good ones. #}
{% set columns = {'exact': 'customer_id', 'strict': 'strict_customer_id', 'wide': 'wide_customer_id'} -%}
{% set rates = ['pairwise_precision', 'pairwise_recall', 'pairwise_f1', 'bcubed_precision', 'bcubed_recall', 'bcubed_f1', 'labelled_records'] -%}
{% set totals = ['customers', 'known_customers', 'identifiers', 'largest_customer', 'large_customers', 'single_identifier_share', 'refused_identifiers'] -%}
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

levels as (

    {%- for level in columns %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select '{{ level }}' as level
    {%- endfor %}

),

{# most records of a person are one customer at every level: they are counted before they are told for each #}
counted as (

    select
        {%- for column in columns.values() %}
        {{ column }},
        {%- endfor %}
        person_id,
        count(*) as records
    from matched
    group by
        {%- for column in columns.values() %}
        {{ column }},
        {%- endfor %}
        person_id

),

told as (

    {%- for level, column in columns.items() %}
    {%- if not loop.first %}

    union all
    {%- endif %}
    select
        '{{ level }}' as level,
        {{ column }} as customer_id,
        person_id,
        records
    from counted
    {%- endfor %}

),

cells as (

    select
        level,
        customer_id,
        person_id,
        cast(sum(records) as bigint) as records
    from told
    group by
        level,
        customer_id,
        person_id

),

by_customer as (

    select
        level,
        customer_id,
        sum(records) as records
    from cells
    group by
        level,
        customer_id

),

by_person as (

    select
        level,
        person_id,
        sum(records) as records
    from cells
    group by
        level,
        person_id

),

true_pairs as (

    select
        level,
        sum(records * (records - 1)) as pair_count
    from cells
    group by level

),

found_pairs as (

    select
        level,
        sum(records * (records - 1)) as pair_count
    from by_customer
    group by level

),

real_pairs as (

    select
        level,
        sum(records * (records - 1)) as pair_count
    from by_person
    group by level

),

pairs as (

    select
        levels.level,
        cast(coalesce(true_pairs.pair_count, 0) as bigint) as true_pairs,
        cast(coalesce(found_pairs.pair_count, 0) as bigint) as found_pairs,
        cast(coalesce(real_pairs.pair_count, 0) as bigint) as real_pairs
    from levels
    left join true_pairs on levels.level = true_pairs.level
    left join found_pairs on levels.level = found_pairs.level
    left join real_pairs on levels.level = real_pairs.level

),

{# cells that look alike are divided once #}
alike as (

    select
        cells.level,
        cells.records,
        by_customer.records as records_of_customer,
        by_person.records as records_of_person,
        count(*) as cell_count
    from cells
    inner join by_customer
        on cells.level = by_customer.level
        and cells.customer_id = by_customer.customer_id
    inner join by_person
        on cells.level = by_person.level
        and cells.person_id = by_person.person_id
    group by
        cells.level,
        cells.records,
        by_customer.records,
        by_person.records

),

cubed as (

    select
        levels.level,
        cast(coalesce(sum(alike.records * alike.cell_count), 0) as bigint) as records,
        sum(alike.cell_count * {{ divide('alike.records * alike.records', 'alike.records_of_customer', 6) }}) as precision_sum,
        sum(alike.cell_count * {{ divide('alike.records * alike.records', 'alike.records_of_person', 6) }}) as recall_sum
    from levels
    left join alike on levels.level = alike.level
    group by levels.level

),

shares as (

    select
        pairs.level,
        {{ divide('pairs.true_pairs', 'pairs.found_pairs', 6) }} as pairwise_precision,
        {{ divide('pairs.true_pairs', 'pairs.real_pairs', 6) }} as pairwise_recall,
        {{ divide('2 * pairs.true_pairs', '(pairs.found_pairs + pairs.real_pairs)', 6) }} as pairwise_f1,
        {{ divide('cubed.precision_sum', 'cubed.records', 6) }} as bcubed_precision,
        {{ divide('cubed.recall_sum', 'cubed.records', 6) }} as bcubed_recall,
        cubed.records as labelled_records
    from pairs
    inner join cubed on pairs.level = cubed.level

),

rated as (

    select
        shares.*,
        {{ divide('2 * bcubed_precision * bcubed_recall', '(bcubed_precision + bcubed_recall)', 6) }} as bcubed_f1
    from shares

),

sizes as (

    {%- for level, column in columns.items() %}
    {%- if not loop.first %}

    union all
    {%- endif %}
    select
        '{{ level }}' as level,
        {{ column }} as customer_id,
        count(*) as identifiers,
        max(case when is_known_person then 1 else 0 end) as is_known
    from identity_map
    group by {{ column }}
    {%- endfor %}

),

refused as (

    select count(*) as refused_identifiers
    from screened
    where not is_linking

),

totalled as (

    select
        levels.level,
        count(sizes.customer_id) as customers,
        coalesce(sum(sizes.is_known), 0) as known_customers,
        coalesce(sum(sizes.identifiers), 0) as identifiers,
        coalesce(max(sizes.identifiers), 0) as largest_customer,
        count(case when sizes.identifiers > {{ var('large_customer_identifiers') }} then 1 end) as large_customers,
        {{ divide('count(case when sizes.identifiers = 1 then 1 end)', 'count(sizes.customer_id)', 6) }} as single_identifier_share,
        min(refused.refused_identifiers) as refused_identifiers
    from levels
    left join sizes on levels.level = sizes.level
    cross join refused
    group by levels.level

),

measured as (

    {%- for measure in rates + totals %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ measure }}' as measure,
        level,
        cast({{ measure }} as numeric(18, 6)) as value
    from {{ 'rated' if measure in rates else 'totalled' }}
    {%- endfor %}

)

select * from measured
