{# How many purchases a customer made, and how much was spent, over a window that moves with time: one row from each moment at which
   either changes until the next. What an order adds, it takes away again when the window has passed over it. Spend is net of
   returns and refunds, in base currency; cancelled orders are left out.
   Arguments: orders (name of a CTE of customer_orders), window_days (whole number or integer expression)
   Columns:   customer_id, starts_at, ends_at, purchases, spend, last_ordered_at (of a purchase, up to starts_at),
              fact (what changed at starts_at), next_fact
   Example:   select * from ({{ orders_over_window('orders', threshold_count('vip', 'window_days')) }}) as windows #}
{% macro orders_over_window(orders, window_days) -%}
    select
        customer_id,
        counted_at as starts_at,
        coalesce(
            lead(counted_at) over (
                partition by customer_id
                order by counted_at
            ),
            {{ far_future() }}
        ) as ends_at,
        sum(purchase_count) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as purchases,
        sum(amount) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as spend,
        max(purchased_at) over (
            partition by customer_id
            order by counted_at
            rows between unbounded preceding and current row
        ) as last_ordered_at,
        fact,
        lead(fact) over (
            partition by customer_id
            order by counted_at
        ) as next_fact
    from (
        select
            customer_id,
            counted_at,
            sum(purchase_count) as purchase_count,
            sum(amount) as amount,
            max(purchased_at) as purchased_at,
            min({{ binary_order('fact') }}) as fact
        from (
            select
                customer_id,
                ordered_at as counted_at,
                case when is_purchase then 1 else 0 end as purchase_count,
                coalesce(net_amount_base, 0) as amount,
                case when is_purchase then ordered_at end as purchased_at,
                case when is_purchase then 'purchase ' else 'return ' end || source || '/' || order_id as fact
            from {{ orders }}
            where customer_id is not null
                and not is_cancelled

            union all

            select
                customer_id,
                {{ add_days('ordered_at', window_days) }} as counted_at,
                case when is_purchase then -1 else 0 end as purchase_count,
                -coalesce(net_amount_base, 0) as amount,
                cast(null as timestamp) as purchased_at,
                case when is_purchase then 'purchase ' else 'return ' end || source || '/' || order_id || ' out of the window' as fact
            from {{ orders }}
            where customer_id is not null
                and not is_cancelled
        ) as steps
        group by
            customer_id,
            counted_at
    ) as stepped
{%- endmacro %}
