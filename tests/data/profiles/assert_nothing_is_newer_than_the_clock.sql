{# What has not happened yet at the clock is not told, so that any past day can be rebuilt (G22). #}
select 'customer_events' as table_name, count(*) as row_count, max(occurred_at) as newest_at
from {{ ref('customer_events') }}
where occurred_at > {{ as_of() }}
having count(*) > 0

union all

select 'customer_orders' as table_name, count(*) as row_count, max(ordered_at) as newest_at
from {{ ref('customer_orders') }}
where ordered_at > {{ as_of() }}
having count(*) > 0

union all

select 'customer_consents' as table_name, count(*) as row_count, max(effective_at) as newest_at
from {{ ref('customer_consents') }}
where effective_at > {{ as_of() }}
having count(*) > 0

union all

select 'customer_traits' as table_name, count(*) as row_count, max(observed_at) as newest_at
from {{ ref('customer_traits') }}
where observed_at > {{ as_of() }}
having count(*) > 0
