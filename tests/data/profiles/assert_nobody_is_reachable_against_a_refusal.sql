{# A channel on which any contact point of a customer refused, or of a customer who asked for restriction, is never reachable (M3, P8): read from the
   contact points themselves, without the customer's own state. #}
with

message_channels as (

    select distinct
        channel,
        consent_channel
    from {{ ref('message_channels') }}

),

refusals as (

    select distinct
        contact_consents.customer_id,
        message_channels.channel
    from {{ ref('contact_consents') }} as contact_consents
    inner join message_channels on contact_consents.channel = message_channels.consent_channel
    where
        contact_consents.status = 'RET'
        and contact_consents.purpose = 'marketing'

),

reachable as (

    select
        customer_id,
        channel
    from {{ ref('customer_channels') }}
    where is_reachable

)

select
    reachable.customer_id,
    reachable.channel
from reachable
inner join refusals
    on reachable.customer_id = refusals.customer_id
    and reachable.channel = refusals.channel

union all

select
    reachable.customer_id,
    reachable.channel
from reachable
inner join {{ ref('customer_data_uses') }} as data_uses
    on reachable.customer_id = data_uses.customer_id
    and data_uses.purpose = 'processing'
