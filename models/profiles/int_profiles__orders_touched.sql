{# Which orders and receipts a renewal tells again: those of which a row or a line arrived, or was of before; that the clock hid in the last run, or their cancellation; of which
   a refund came, moved or went; that came to or left a customer; that hold a product whose category changed; of a store that moved; and those of which a tracker tells
   something else. Empty where everything is made anew. #}
-- depends_on: {{ ref('int_profiles__reads_planned') }}, {{ ref('int_profiles__products_categorised') }}, {{ ref('int_profiles__stores_placed') }}, {{ ref('stg_shop__orders') }}, {{ ref('stg_shop__order_lines') }}, {{ ref('stg_pos__receipts') }}, {{ ref('stg_pos__receipt_lines') }}
{%- set is_renewal = is_renewed() %}
{%- set former_orders = tekil.relation_of('customer_orders') if is_renewal else none %}
{%- set former_lines = tekil.relation_of('customer_order_lines') if is_renewal else none %}

with

record_changes as (

    select * from {{ changes_of('record_map') }}
    where source in ('shop', 'pos')

),

refund_changes as (

    select * from {{ changes_of('int_profiles__refunds_told') }}

),

tracker_changes as (

    select * from {{ changes_of('int_profiles__tracker_events_resolved') }}
    where event_kind = 'order' and order_id is not null

),

touched as (

    select
        source,
        record_id as order_id
    from record_changes
    where table_name in ('orders', 'receipts')

    union

    select
        source,
        order_id
    from refund_changes

    union

    select
        'shop' as source,
        order_id
    from tracker_changes
    {%- if is_renewal %}

    union

    select
        'shop' as source,
        id as order_id
    from {{ tekil.rows_arrived('shop__orders', 'greatest(created_at, coalesce(cancelled_at, created_at))') }}

    union

    select
        'shop' as source,
        order_id
    from {{ tekil.rows_arrived('shop__order_lines') }}

    union

    {# a line that came again for another order #}
    select
        lines.source,
        lines.order_id
    from {{ former_lines }} as lines
    inner join {{ tekil.rows_arrived('shop__order_lines') }} on lines.line_id = shop__order_lines.id
    where lines.source = 'shop'

    union

    select
        'pos' as source,
        receipt_id as order_id
    from {{ tekil.rows_arrived('pos__receipts', 'occurred_at') }}

    union

    select
        'pos' as source,
        receipt_id as order_id
    from {{ tekil.rows_arrived('pos__receipt_lines') }}

    union

    select
        lines.source,
        lines.order_id
    from {{ former_lines }} as lines
    inner join {{ changes_of('int_profiles__products_categorised') }} as product_changes on lines.product_id = product_changes.product_id

    union

    select
        orders.source,
        orders.order_id
    from {{ former_orders }} as orders
    inner join {{ changes_of('int_profiles__stores_placed') }} as store_changes on orders.store_id = store_changes.store_id
    {%- endif %}

)

select
    source,
    order_id
from touched
