{# For each currency and day range, how much of the base currency one unit buys. #}
with

rates as (

    select * from {{ ref('currency_rates') }}

),

base as (

    select
        valid_from,
        rate
    from rates
    where currency = {{ base_currency() }}

),

starts as (

    select
        rates.currency,
        rates.valid_from
    from rates

    union

    select
        currencies.currency,
        base.valid_from
    from base
    cross join (select distinct currency from rates) as currencies

),

ranged as (

    select
        currency,
        valid_from,
        lead(valid_from) over (
            partition by currency
            order by valid_from
        ) as valid_to
    from starts

),

latest as (

    select
        ranged.currency,
        ranged.valid_from,
        ranged.valid_to,
        max(own_rates.valid_from) as own_from,
        max(base.valid_from) as base_from
    from ranged
    inner join rates as own_rates
        on ranged.currency = own_rates.currency
        and own_rates.valid_from <= ranged.valid_from
    inner join base on base.valid_from <= ranged.valid_from
    group by
        ranged.currency,
        ranged.valid_from,
        ranged.valid_to

),

converted as (

    select
        latest.currency,
        latest.valid_from,
        coalesce(latest.valid_to, date '9999-12-31') as valid_to,
        {{ divide('own_rates.rate', 'base.rate', 8) }} as rate_to_base
    from latest
    inner join rates as own_rates
        on latest.currency = own_rates.currency
        and latest.own_from = own_rates.valid_from
    inner join base on latest.base_from = base.valid_from

)

select * from converted
