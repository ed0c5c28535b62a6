{# Where a customer can be reached: every contact point in its deliverable form. The key is that of the form used for matching,
   so two spellings of one address are one contact point. Restricted. #}
with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_shop__customers') }}

),

orders as (

    select * from {{ ref('stg_shop__orders') }}

),

receipts as (

    select * from {{ ref('stg_pos__receipts') }}

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

activities as (

    select * from {{ ref('stg_mailchimp__email_activities') }}

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

consents as (

    select * from {{ ref('stg_consent__records') }}

),

tracker_events as (

    select * from {{ ref('stg_tracker__events') }}

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}
    where identifier_type in ('email', 'phone', 'push_token')

),

identity_map as (

    select * from {{ ref('identity_map') }}

),

{# an address is written to many times, and told of by a browser many times: it is put in order once #}
addresses_told as (

    select
        email_address,
        occurred_at
    from activities
    union all
    select
        email_address,
        occurred_at
    from tracker_events
    where email_address is not null

),

addresses as (

    select
        email_address,
        max(occurred_at) as occurred_at
    from addresses_told
    group by email_address

),

addresses_normalised as (

    select
        {{ normalise_email('email_address') }} as email,
        occurred_at
    from addresses

),

emails_told as (

    select
        email,
        coalesce(updated_at, created_at) as seen_at
    from contacts
    union all
    select
        email,
        coalesce(updated_at, created_at) as seen_at
    from accounts
    union all
    select
        email,
        ordered_at as seen_at
    from orders
    union all
    select
        email,
        occurred_at as seen_at
    from receipts
    union all
    select
        email,
        updated_at as seen_at
    from members
    union all
    select
        email,
        coalesce(updated_at, created_at) as seen_at
    from users
    union all
    select
        email,
        occurred_at as seen_at
    from addresses_normalised
    union all
    select
        email,
        consented_at as seen_at
    from consents

),

{# each spelling once, so that few are brought to the form of matching, and ranked #}
emails as (

    select
        email,
        max(seen_at) as seen_at
    from emails_told
    where email is not null
    group by email

),

spellings as (

    select
        {{ canonical_email('email') }} as email_match,
        email,
        seen_at
    from emails

),

spellings_ranked as (

    select
        'email' as identifier_type,
        email_match,
        email,
        row_number() over (
            partition by email_match
            order by
                coalesce(seen_at, timestamp '0001-01-01 00:00:00') desc,
                {{ binary_order('email') }}
        ) as place
    from spellings

),

{# an address that bounced or was cleaned after it last worked cannot be reached, nor a token that the push service refused #}
failures as (

    select * from {{ ref('int_staging__contact_failures_dated') }}
    where channel in ('email', 'push')

),

contact_points as (

    select
        ---------- ids
        identity_map.customer_id,
        identifiers.identifier_key as contact_key,

        ---------- strings
        identifiers.identifier_type as contact_type,
        coalesce(spellings_ranked.email, identifiers.identifier_value) as contact_value,

        ---------- booleans
        failures.failed_at is null or failures.worked_at > failures.failed_at as is_reachable,

        ---------- timestamps
        identity_map.first_seen_at,
        identity_map.last_seen_at
    from identifiers
    inner join identity_map on identifiers.identifier_key = identity_map.identifier_key
    left join spellings_ranked
        on identifiers.identifier_type = spellings_ranked.identifier_type
        and identifiers.identifier_value = spellings_ranked.email_match
        and spellings_ranked.place = 1
    left join failures
        on identifiers.identifier_type = failures.identifier_type
        and identifiers.identifier_value = failures.identifier_value

),

reachable as (

    select
        customer_id,
        contact_key,
        contact_type,
        contact_value,
        coalesce(is_reachable, false) as is_reachable,
        first_seen_at,
        last_seen_at
    from contact_points

)

select * from reachable
