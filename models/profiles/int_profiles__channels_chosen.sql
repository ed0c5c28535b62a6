{# Which channel a customer answers on and which one reaches them best, and whether they may be worked with at all (P8, P9). Made whole and compared whole: a score
   is drawn towards the average of all, which any answer moves, but few choices follow. Who has nothing to choose from, and is not restricted, is not here. #}
{{ config(materialized='renewed', keys=['customer_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') if model.resource_type != 'unit_test' }}
with

channels as (

    select * from {{ ref('customer_channels') }}
    where is_preferred or is_reachable

),

restrictions as (

    select * from {{ ref('customer_data_uses') }}
    where
        purpose = 'processing'
        and status = 'RET'

),

told as (

    select
        customer_id,
        case when is_preferred then channel end as preferred_channel,
        case when is_best_reachable then channel end as best_reachable_channel,
        case when is_reachable then 1 else 0 end as reachable,
        0 as restricted
    from channels

    union all

    select
        customer_id,
        cast(null as {{ dbt.type_string() }}) as preferred_channel,
        cast(null as {{ dbt.type_string() }}) as best_reachable_channel,
        0 as reachable,
        1 as restricted
    from restrictions

),

chosen as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        max(preferred_channel) as preferred_channel,
        max(best_reachable_channel) as best_reachable_channel,

        ---------- numbers
        cast(sum(reachable) as bigint) as reachable_channel_count,

        ---------- booleans
        max(restricted) = 1 as is_restricted
    from told
    group by customer_id

)

select * from chosen
