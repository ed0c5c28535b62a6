{# District, city and country of a customer come from one record: an address put together from two is nobody's address (P2). #}
select
    customer_id,
    count(distinct source) as sources,
    count(distinct observed_at) as records
from {{ ref('customer_traits') }}
where trait in ('district', 'city', 'country')
group by customer_id
having count(distinct source) > 1
    or count(distinct coalesce(observed_at, timestamp '0001-01-01 00:00:00')) > 1
