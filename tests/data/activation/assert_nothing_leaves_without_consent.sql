{# No payload stands on a consent that is not given: each contact point it names has ONAY for its channel, and its customer has not refused (A7). #}
{%- set payloads = [
    'sync_webhook__customers', 'sync_mailchimp__members', 'sync_braze__users', 'sync_sms__recipients', 'sync_push__recipients',
    'sync_whatsapp__recipients', 'sync_google_ads__customers', 'sync_meta_ads__customers', 'sync_postgres__customers',
    'sync_files__customers', 'sync_onsite__visitors'
] %}
with

payloads as (

    {% for payload in payloads %}
    select
        '{{ payload }}' as sync_model,
        row_key,
        customer_id,
        consents_required
    from {{ ref(payload) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

needs as (

    select
        sync_model,
        row_key,
        customer_id,
        unnest(string_to_array(consents_required, ',')) as need
    from payloads

),

parts as (

    select
        sync_model,
        row_key,
        customer_id,
        split_part(need, ':', 1) as channel,
        split_part(need, ':', 2) as contact_key
    from needs

),

given as (

    select distinct
        channel,
        contact_key
    from {{ ref('contact_consents') }}
    where status = 'ONAY'

),

refused as (

    select distinct
        customer_id,
        channel
    from {{ ref('customer_consents') }}
    where status <> 'ONAY'

),

judged as (

    select
        parts.sync_model,
        parts.row_key,
        parts.channel,
        given.contact_key is not null as is_given,
        refused.customer_id is not null as is_refused
    from parts
    left join given
        on parts.channel = given.channel
        and parts.contact_key = given.contact_key
    left join refused
        on parts.customer_id = refused.customer_id
        and parts.channel = refused.channel

)

select
    sync_model,
    row_key,
    channel
from judged
where
    not is_given
    or is_refused
