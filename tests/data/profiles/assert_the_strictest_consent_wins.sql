{# A customer with one refused contact point in a channel and purpose is refused there: a merge must never loosen a consent (M3). #}
with

contact_consents as (

    select
        customer_id,
        channel,
        purpose,
        max(case when status = 'RET' then 1 else 0 end) = 1 as is_refused_somewhere
    from {{ ref('contact_consents') }}
    where customer_id is not null
    group by
        customer_id,
        channel,
        purpose

),

customer_consents as (

    select * from {{ ref('customer_consents') }}

)

select
    coalesce(contact_consents.customer_id, customer_consents.customer_id) as customer_id,
    coalesce(contact_consents.channel, customer_consents.channel) as channel,
    coalesce(contact_consents.purpose, customer_consents.purpose) as purpose,
    customer_consents.status
from contact_consents
full outer join customer_consents
    on contact_consents.customer_id = customer_consents.customer_id
    and contact_consents.channel = customer_consents.channel
    and contact_consents.purpose = customer_consents.purpose
where contact_consents.customer_id is null
    or customer_consents.customer_id is null
    or contact_consents.is_refused_somewhere <> (customer_consents.status = 'RET')
