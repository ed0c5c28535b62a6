{# No payload speaks of a customer, or of one taken for the same by likeness, who has asked to be erased or restricted (M4). #}
with

suppressed as (

    select
        suppressed_customers.customer_id,
        identity_levels.wide_customer_id
    from {{ ref('suppressed_customers') }} as suppressed_customers
    inner join {{ ref('identity_levels') }} as identity_levels
        on suppressed_customers.customer_id = identity_levels.customer_id

),

payloads as (

    {% for payload in ['sync_webhook__customers', 'sync_mailchimp__members', 'sync_braze__users', 'sync_sms__recipients', 'sync_push__recipients',
        'sync_whatsapp__recipients', 'sync_postgres__customers', 'sync_files__customers', 'sync_onsite__visitors'] %}
    select
        '{{ payload }}' as sync_model,
        payload.row_key
    from {{ ref(payload) }} as payload
    inner join suppressed on payload.customer_id = suppressed.customer_id
    union all
    {% endfor %}
    {% for payload in ['sync_google_ads__customers', 'sync_meta_ads__customers'] %}
    select
        '{{ payload }}' as sync_model,
        payload.row_key
    from {{ ref(payload) }} as payload
    inner join suppressed on payload.customer_id = suppressed.wide_customer_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from payloads
