{# Which products go together: in one order, or in one online visit. Rare products are dropped before pairs are made (a pair is never more
   frequent than its rarer product), and a basket gives no more pairs than its most common products make, so the work is bounded. #}
with

lines as (

    select * from {{ ref('customer_order_lines') }}
    where
        is_purchase
        and product_id is not null
        and ordered_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'bought_window_days')) }}

),

events as (

    select
        session_id,
        product_id
    from {{ ref('customer_events') }}
    where
        event_kind = 'view'
        and product_id is not null
        and session_id is not null
        and occurred_at > {{ add_days(as_of(), '-' ~ profile_count('associations', 'viewed_window_days')) }}

),

baskets as (

    select distinct
        'bought_together' as kind,
        source || '/' || order_id as basket_id,
        product_id
    from lines

    union all

    select distinct
        'viewed_together' as kind,
        session_id as basket_id,
        product_id
    from events

),

sizes as (

    select
        kind,
        basket_id,
        count(*) as size
    from baskets
    group by
        kind,
        basket_id

),

totals as (

    select
        kind,
        count(*) as basket_count
    from sizes
    group by kind

),

{# numbered over both kinds, so that pairs are counted on two integers #}
common as (

    select
        kind,
        product_id,
        count(*) as product_count,
        cast(row_number() over (
            order by
                count(*) desc,
                kind asc,
                {{ binary_order('product_id') }} asc
        ) as integer) as product_number
    from baskets
    group by
        kind,
        product_id
    having count(*) >= {{ profile_count('associations', 'min_support') }}

),

filled as (

    select
        baskets.kind,
        baskets.basket_id,
        common.product_number
    from baskets
    inner join common
        on baskets.kind = common.kind
        and baskets.product_id = common.product_id

),

{# few baskets are that full, and only theirs are put in order #}
overfull as (

    select
        kind,
        basket_id
    from sizes
    where size > {{ profile_count('associations', 'max_products_per_basket') }}

),

overfull_placed as (

    select
        filled.kind,
        filled.basket_id,
        filled.product_number,
        row_number() over (
            partition by
                filled.kind,
                filled.basket_id
            order by filled.product_number
        ) as place
    from filled
    inner join overfull
        on filled.kind = overfull.kind
        and filled.basket_id = overfull.basket_id

),

kept as (

    select
        filled.kind,
        filled.basket_id,
        filled.product_number
    from filled
    left join overfull_placed
        on filled.kind = overfull_placed.kind
        and filled.basket_id = overfull_placed.basket_id
        and filled.product_number = overfull_placed.product_number
    where
        overfull_placed.place is null
        or overfull_placed.place <= {{ profile_count('associations', 'max_products_per_basket') }}

),

pairs as (

    select
        lefts.product_number,
        rights.product_number as other_product_number,
        count(*) as pair_count
    from kept as lefts
    inner join kept as rights
        on lefts.kind = rights.kind
        and lefts.basket_id = rights.basket_id
        and lefts.product_number < rights.product_number
    group by
        lefts.product_number,
        rights.product_number
    having count(*) >= {{ profile_count('associations', 'min_support') }}

),

counted as (

    select
        lefts.kind,
        lefts.product_id,
        rights.product_id as other_product_id,
        pairs.pair_count,
        lefts.product_count,
        rights.product_count as other_product_count,
        totals.basket_count,
        cast(pairs.pair_count as numeric(18, 0)) * totals.basket_count as expected_top,
        cast(lefts.product_count as numeric(18, 0)) * rights.product_count as expected_bottom
    from pairs
    inner join common as lefts on pairs.product_number = lefts.product_number
    inner join common as rights on pairs.other_product_number = rights.product_number
    inner join totals on lefts.kind = totals.kind

),

{# the same both ways, so it is measured once #}
lifted as (

    select
        counted.*,
        {{ divide('expected_top', 'expected_bottom', 4) }} as lift
    from counted

),

both_ways as (

    select
        kind,
        product_id,
        other_product_id,
        pair_count,
        product_count,
        basket_count,
        lift
    from lifted
    where lift >= {{ profile_setting('associations', 'min_lift') }}

    union all

    select
        kind,
        other_product_id as product_id,
        product_id as other_product_id,
        pair_count,
        other_product_count as product_count,
        basket_count,
        lift
    from lifted
    where lift >= {{ profile_setting('associations', 'min_lift') }}

),

{# a share of counts needs none of the width of a quotient of amounts: half is added, then cut, in ten thousandths #}
measured as (

    select
        both_ways.*,
        cast({{ integer_divide('pair_count * 20000 + product_count', 'product_count * 2') }} as numeric(18, 0)) * 0.0001 as confidence
    from both_ways

),

ranked as (

    select
        measured.*,
        row_number() over (
            partition by
                kind,
                product_id
            order by
                confidence desc,
                lift desc,
                {{ binary_order('other_product_id') }} asc
        ) as rank
    from measured

),

companions as (

    select
        ---------- ids
        product_id,
        other_product_id,

        ---------- strings
        kind,

        ---------- numbers
        pair_count as basket_count,
        {{ divide('pair_count', 'basket_count', 6) }} as support,
        cast(confidence as numeric(18, 4)) as confidence,
        lift,
        rank
    from ranked
    where rank <= {{ profile_count('associations', 'max_per_product') }}

)

select * from companions
