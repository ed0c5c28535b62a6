{# Every customer of the identity map has one profile, and no profile is without a customer. #}
with

identified as (

    select distinct customer_id from {{ ref('identity_map') }}

),

customers as (

    select customer_id from {{ ref('customers') }}

)

select
    identified.customer_id as identified_customer_id,
    customers.customer_id as profiled_customer_id
from identified
full outer join customers on identified.customer_id = customers.customer_id
where identified.customer_id is null
    or customers.customer_id is null
