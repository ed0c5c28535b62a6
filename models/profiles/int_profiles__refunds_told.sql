{# What was given back by the clock. A table of its own, compared whole, so that the orders of a refund that came, moved or went are known. #}
{{ config(materialized='renewed', keys=['refund_id']) }}
-- depends_on: {{ ref('int_profiles__reads_planned') if model.resource_type != 'unit_test' }}
with

refunds as (

    select * from {{ ref('stg_shop__refunds') }}
    where refunded_at <= {{ as_of() }}

)

select
    ---------- ids
    refund_id,
    order_id,
    order_line_id,

    ---------- strings
    'shop' as source,

    ---------- numbers
    amount,

    ---------- timestamps
    refunded_at
from refunds
