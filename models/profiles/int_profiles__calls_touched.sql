{# Which tracker and Google Analytics events a renewal resolves again: the tracker's calls that arrived or replaced another, or that the clock hid in the last run; those
   whose cookie or account is of another customer now; those of a device in a store that moved; all, where rows vanished from the tracker's table. Of Google Analytics, whose echoes
   depend on the tracker's events around them, what stands of the touched customers. Empty where everything is made anew. #}
-- depends_on: {{ ref('int_staging__reads_planned') }}, {{ ref('int_profiles__customers_touched') }}, {{ ref('int_profiles__stores_placed') }}, {{ ref('stg_tracker__events') }}
{%- set is_renewal = is_renewed() %}
{%- set events = tekil.relation_of('int_profiles__tracker_events_resolved') if is_renewal else none %}
{%- set is_whole = is_renewal and run_query("select max(case when is_whole then 1 else 0 end) from " ~ ref('int_staging__reads_planned') ~ " where source = 'tracker' and table_name = 'events'").rows[0][0] != 0 %}

with

mapping_changes as (

    select * from {{ changes_of('identity_map') }}
    where identifier_type in ('account_id', 'anonymous_id')

),

identifiers as (

    select * from {{ ref('int_staging__identifiers_keyed') }}

),

{# new or gone, or with another customer: not those that were only seen once more #}
moved_keys as (

    select identifier_key
    from mapping_changes
    group by identifier_key
    having count(*) = 1 or min(customer_id) <> max(customer_id)

),

moved as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value
    from identifiers
    inner join moved_keys on identifiers.identifier_key = moved_keys.identifier_key

),

told as (

    select
        cast(null as {{ dbt.type_string() }}) as event_id,
        cast(null as {{ dbt.type_string() }}) as message_id
    from moved
    where false
    {%- if is_renewal %}

    union

    select
        'tracker/' || message_id as event_id,
        message_id
    from {{ source('raw', 'tracker__events') if is_whole else tekil.rows_arrived('tracker__events', 'timestamp') }}

    union

    select
        'tracker/' || calls.message_id as event_id,
        calls.message_id
    from {{ source('raw', 'tracker__events') }} as calls
    inner join moved on calls.anonymous_id = moved.identifier_value
    where moved.identifier_type = 'anonymous_id'

    union

    {# every spelling of an account is freed of its blanks once, not every call #}
    select
        'tracker/' || calls.message_id as event_id,
        calls.message_id
    from {{ source('raw', 'tracker__events') }} as calls
    inner join (
        select
            user_id,
            {{ strip_blanks('user_id') }} as account_id
        from (select distinct user_id from {{ source('raw', 'tracker__events') }} where user_id is not null) as spellings
    ) as written on calls.user_id = written.user_id
    inner join moved on written.account_id = moved.identifier_value
    where moved.identifier_type = 'account_id'

    union

    select
        events.event_id,
        substring(events.event_id, 9) as message_id
    from {{ events }} as events
    {%- if not is_whole %}
    inner join {{ changes_of('int_profiles__stores_placed') }} as place_changes on events.store_id = place_changes.store_id
    {%- endif %}
    where events.source = 'tracker'

    union

    select
        events.event_id,
        cast(null as {{ dbt.type_string() }}) as message_id
    from {{ events }} as events
    inner join {{ ref('int_profiles__customers_touched') }} as listed on events.customer_id = listed.customer_id
    where events.source = 'google_analytics'
    {%- endif %}

)

select * from told
