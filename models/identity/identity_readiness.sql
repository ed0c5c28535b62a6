{# The readiness dial (I12): the share of known customers whom we see as one profile over two or more channels.
   Visitors who never said who they are have no second channel to be found on, so they are counted beside, not below, the line.
   Channels are places where a person acts: web, app, kiosk, store, e-mail, service, social ...; a CRM row or a consent is a record, not a place. #}
with

evidence as (

    select * from {{ ref('int_identity__evidence_keyed') }}

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

record_map as (

    select * from {{ ref('record_map') }}

),

channels_seen as (

    {# a record speaks for its own customer; a tuple without a record for each identifier in it #}
    select
        record_map.customer_id,
        evidence.channel
    from evidence
    inner join record_map
        on evidence.source = record_map.source
        and evidence.table_name = record_map.table_name
        and evidence.record_id = record_map.record_id

    union

    select
        identity_map.customer_id,
        evidence.channel
    from evidence
    inner join identity_map on evidence.identifier_key = identity_map.identifier_key
    where evidence.record_id is null

),

customers as (

    select
        customer_id,
        max(case when is_known_person then 1 else 0 end) as is_known
    from identity_map
    group by customer_id

),

channels_counted as (

    select
        customers.customer_id,
        customers.is_known,
        count(case when channels_seen.channel not in ('crm', 'consent') then 1 end) as channels
    from customers
    left join channels_seen on customers.customer_id = channels_seen.customer_id
    group by
        customers.customer_id,
        customers.is_known

),

counted as (

    select
        cast(coalesce(sum(is_known), 0) as bigint) as customers,
        cast(coalesce(sum(case when is_known = 1 and channels >= 2 then 1 else 0 end), 0) as bigint) as customers_on_two_channels,
        cast(coalesce(sum(1 - is_known), 0) as bigint) as anonymous_visitors
    from channels_counted

),

shared as (

    select
        counted.*,
        coalesce({{ divide('customers_on_two_channels', 'customers', 4) }}, 0) as share,
        cast({{ var('readiness_threshold') }} as numeric(18, 4)) as threshold
    from counted

),

readiness as (

    select
        ---------- strings
        case
            when customers = 0
                then 'no customer is known yet: land a source that names people (crm, shop, mailchimp ...)'
            when share >= threshold
                then customers_on_two_channels || ' of ' || customers || ' known customers are seen on two or more channels'
            else
                'only ' || customers_on_two_channels || ' of ' || customers
                || ' known customers are seen on two or more channels: more log-ins, loyalty cards at the counter or e-receipts are needed before activation'
        end as reason,

        ---------- numbers
        customers,
        customers_on_two_channels,
        anonymous_visitors,
        cast(share as numeric(18, 4)) as share,
        threshold,

        ---------- booleans
        customers > 0 and share >= threshold as is_ready,

        ---------- timestamps
        {{ as_of() }} as measured_at
    from shared

)

select * from readiness
