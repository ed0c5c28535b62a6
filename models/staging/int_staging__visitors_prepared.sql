{# Visitors as probabilistic linking compares them (I3): each cookie and installation of the tracker, with its device, the networks it came from and the
   hours it was active. Holds networks: staging only. The record is named by the key under which identity knows the cookie.
   A view: a linking run reads it once, and nobody else does. #}
{%- set text = dbt.type_string() %}

with

events as (

    select * from {{ ref('stg_tracker__events') }}

),

salts as (

    select * from {{ source('raw', 'identifier_salt') }}

),

seen as (

    select
        anonymous_id,
        ip_address,
        user_agent,
        device_type,
        locale,
        timezone,
        cast({{ integer_divide(epoch_microseconds('occurred_at'), 3600000000) }} as bigint) as active_hour,
        min(occurred_at) as first_seen_at,
        count(*) as call_count
    from events
    where anonymous_id is not null and occurred_at is not null
    group by
        anonymous_id,
        ip_address,
        user_agent,
        device_type,
        locale,
        timezone,
        active_hour

),

logged_in as (

    select
        anonymous_id,
        count(distinct user_id) as account_count,
        min({{ binary_order('user_id') }}) as account_id
    from events
    where anonymous_id is not null and user_id is not null
    group by anonymous_id

),

addresses as (

    select distinct ip_address
    from seen
    where ip_address is not null

),

networks as (

    select
        ip_address,
        {{ normalise_network('ip_address', 'line') }} as line,
        {{ normalise_network('ip_address', 'range') }} as line_range
    from addresses

),

{# thirty days are a period: a provider that deals addresses anew gives one to somebody else later #}
lines as (

    select distinct
        seen.anonymous_id,
        networks.line || '@' || networks.line_range || '@'
        || cast(cast({{ integer_divide('seen.active_hour', 720) }} as bigint) as {{ text }}) as line_used
    from seen
    inner join networks on seen.ip_address = networks.ip_address
    where networks.line is not null

),

lines_listed as (

    select
        anonymous_id,
        {{ string_agg_ordered('line_used', ' ') }} as lines
    from lines
    group by anonymous_id

),

agents as (

    select distinct
        user_agent,
        device_type,
        locale,
        timezone
    from seen
    where user_agent is not null

),

{# an update of browser or system makes no other device: versions fall away, the model stays #}
devices as (

    select
        user_agent,
        device_type,
        locale,
        timezone,
        {{ rewrite(fold_letters('user_agent'), [
            ['/[0-9][0-9._]*', ''],
            ['(android|os|os x|ios|ipados|windows nt|rv:) ?[0-9][0-9._]*', '\\1'],
            ['[^a-z0-9._-]+', ' '], ['^ | $', ''],
        ]) }} as agent
    from agents

),

used as (

    select
        seen.anonymous_id,
        devices.agent || '|' || coalesce(seen.device_type, '') || '|' || coalesce(seen.locale, '') || '|' || coalesce(seen.timezone, '') as device,
        sum(seen.call_count) as call_count
    from seen
    inner join devices
        on seen.user_agent = devices.user_agent
        and seen.device_type is not distinct from devices.device_type
        and seen.locale is not distinct from devices.locale
        and seen.timezone is not distinct from devices.timezone
    group by
        seen.anonymous_id,
        device

),

ranked as (

    select
        anonymous_id,
        device,
        row_number() over (
            partition by anonymous_id
            order by
                call_count desc,
                {{ binary_order('device') }} asc
        ) as place
    from used

),

{# hours of the week where the visitor is, Monday midnight is 0: people are at work and at home by the clock on their wall #}
local_hours as (

    select
        anonymous_id,
        active_hour,
        {{ as_local('first_seen_at', "coalesce(timezone, " ~ default_timezone() ~ ")") }} as seen_at_local
    from seen

),

hours as (

    select
        anonymous_id,
        cast((extract(isodow from seen_at_local) - 1) * 24 + extract(hour from seen_at_local) as integer) as week_hour,
        count(distinct active_hour) as active_hours
    from local_hours
    where seen_at_local is not null
    group by
        anonymous_id,
        week_hour

),

hours_listed as (

    select
        anonymous_id,
        {{ string_agg_ordered("cast(week_hour as " ~ text ~ ") || ':' || cast(active_hours as " ~ text ~ ")", ' ') }} as week_hours
    from hours
    group by anonymous_id

),

spans as (

    select
        anonymous_id,
        min(active_hour) as first_hour,
        max(active_hour) as last_hour
    from seen
    group by anonymous_id

),

prepared as (

    select
        ---------- ids
        'tracker' as source,
        'events' as table_name,
        {{ keyed_hash("'anonymous_id'", 'spans.anonymous_id', 'salts.salt') }} as record_id,
        {{ keyed_hash("'account_id'", 'logged_in.account_id', 'salts.salt') }} as account_key,

        ---------- strings
        ranked.device,
        lines_listed.lines,
        hours_listed.week_hours,

        ---------- numbers
        coalesce(logged_in.account_count, 0) as account_count,
        spans.first_hour,
        spans.last_hour
    from spans
    cross join salts
    left join logged_in on spans.anonymous_id = logged_in.anonymous_id
    left join ranked
        on spans.anonymous_id = ranked.anonymous_id
        and ranked.place = 1
    left join lines_listed on spans.anonymous_id = lines_listed.anonymous_id
    left join hours_listed on spans.anonymous_id = hours_listed.anonymous_id

)

select * from prepared
