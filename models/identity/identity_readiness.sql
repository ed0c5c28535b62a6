{# The readiness dial (I12): the share of known customers whom we see as one profile over two or more channels.
   Visitors who never said who they are have no second channel to be found on, so they are counted beside, not below, the line.
   Channels are places where a person acts: web, app, kiosk, store, e-mail, service, social ...; a CRM row or a consent is a record, not a place. #}
with

{# read twice, and narrow: an engine first lays down whole what two steps read, which is most of this model's memory #}
records_seen as (

    select
        source,
        table_name,
        record_id,
        channel
    from {{ ref('int_identity__evidence_keyed') }}
    where
        record_id is not null
        and channel not in ('crm', 'consent')

),

identifiers_seen as (

    select
        identifier_key,
        channel
    from {{ ref('int_identity__evidence_keyed') }}
    where
        record_id is null
        and channel not in ('crm', 'consent')

),

identifiers as (

    select
        identifier_key,
        customer_id
    from {{ ref('identity_map') }}

),

people as (

    select
        customer_id,
        is_known_person
    from {{ ref('identity_map') }}

),

record_map as (

    select * from {{ ref('record_map') }}

),

customers as (

    select
        customer_id,
        max(case when is_known_person then 1 else 0 end) as is_known
    from people
    group by customer_id

),

known_customers as (

    select customer_id from customers
    where is_known = 1

),

known_records as (

    select
        record_map.source,
        record_map.table_name,
        record_map.record_id,
        record_map.customer_id
    from record_map
    inner join known_customers on record_map.customer_id = known_customers.customer_id

),

known_identifiers as (

    select
        identifiers.identifier_key,
        identifiers.customer_id
    from identifiers
    inner join known_customers on identifiers.customer_id = known_customers.customer_id

),

channels_seen as (

    {# a record speaks for its own customer; a tuple without a record for each identifier in it #}
    select
        known_records.customer_id,
        records_seen.channel
    from records_seen
    inner join known_records
        on records_seen.source = known_records.source
        and records_seen.table_name = known_records.table_name
        and records_seen.record_id = known_records.record_id

    union all

    select
        known_identifiers.customer_id,
        identifiers_seen.channel
    from identifiers_seen
    inner join known_identifiers on identifiers_seen.identifier_key = known_identifiers.identifier_key

),

{# two channels differ where the first and the last by name do: millions of rows need not be made distinct to see that #}
customers_on_two_channels as (

    select customer_id
    from channels_seen
    group by customer_id
    having min({{ binary_order('channel') }}) <> max({{ binary_order('channel') }})

),

counted as (

    select
        cast(coalesce(sum(is_known), 0) as bigint) as customers,
        (select count(*) from customers_on_two_channels) as customers_on_two_channels,
        cast(coalesce(sum(1 - is_known), 0) as bigint) as anonymous_visitors
    from customers

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
