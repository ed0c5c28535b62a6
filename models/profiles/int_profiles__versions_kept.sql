{# What the profile has said: a ledger that is only ever appended to and kept by a rebuild. Each build compares the profile with what the ledger
   says last of each customer and appends the differences; a customer that is no more (merged, erased) gets a row that says so.
   A build whose clock is behind the ledger's newest row asks about the past and appends nothing. A renewal compares the customers whose profile it joined again, unless
   the build before it appended nothing for that reason. #}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
) }}
-- depends_on: {{ ref('int_profiles__reads_planned') if model.resource_type != 'unit_test' }}, {{ ref('int_profiles__profiles_touched') if model.resource_type != 'unit_test' }}
{%- set attributes = remembered_attributes() %}
{%- set by = 'int_profiles__profiles_touched' %}
{%- set is_narrow = is_renewed() and run_query('select count(*) from ' ~ this ~ ' where valid_from > (select max(former_as_of) from ' ~ ref('int_profiles__reads_planned') ~ ')').rows[0][0] | int == 0 %}

with

customers as (

    select * from {{ touched('customers', by=by, keys=['customer_id']) if is_narrow else ref('customers') }}

),

{% if is_incremental() %}
written as (

    select
        build_number,
        valid_from
    from {{ this }}

),

ledger as (

    select
        customer_id,
        content_hash,
        is_present,
        build_number
    from {{ touched_of(this, by=by, keys=['customer_id']) if is_narrow else this }}

),
{% else %}
written as (

    select
        cast(null as bigint) as build_number,
        cast(null as timestamp) as valid_from
    where false

),

ledger as (

    select
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as {{ dbt.type_string() }}) as content_hash,
        cast(null as boolean) as is_present,
        cast(null as bigint) as build_number
    where false

),
{% endif %}

builds as (

    select
        coalesce(max(build_number), 0) + 1 as build_number,
        coalesce(max(valid_from), {{ as_of() }}) <= {{ as_of() }} as is_forward
    from written

),

latest_builds as (

    select
        customer_id,
        max(build_number) as build_number
    from ledger
    group by customer_id

),

latest as (

    select
        ledger.customer_id,
        ledger.content_hash,
        ledger.is_present
    from ledger
    inner join latest_builds
        on ledger.customer_id = latest_builds.customer_id
        and ledger.build_number = latest_builds.build_number

),

{# every part says whether it is empty, so that no two contents read alike; one call puts all together, where an operator between each two would write the text again #}
hashed as (

    select
        customers.*,
        md5(concat(
            {%- for type, names in attributes.items() %}
            {%- for name in names %}
            {%- if type == 'timestamp' %}
            {%- set text = 'cast(' ~ epoch_microseconds(name) ~ ' as ' ~ dbt.type_string() ~ ')' %}
            {%- elif type == 'boolean' %}
            {%- set text = 'case when ' ~ name ~ " then '1' else '0' end" %}
            {%- else %}
            {%- set text = 'cast(' ~ name ~ ' as ' ~ dbt.type_string() ~ ')' %}
            {%- endif %}
            case when {{ name }} is null then '-' else '=' || {{ text }} end, '|',
            {%- endfor %}
            {%- endfor %}
            ''
        )) as content_hash
    from customers

),

compared as (

    select
        coalesce(hashed.customer_id, latest.customer_id) as customer_id,
        hashed.content_hash,
        hashed.customer_id is not null as is_present,
        {%- for names in attributes.values() %}
        {%- for name in names %}
        hashed.{{ name }},
        {%- endfor %}
        {%- endfor %}
        latest.content_hash as former_hash,
        coalesce(latest.is_present, false) as was_present
    from hashed
    full outer join latest on hashed.customer_id = latest.customer_id

),

changed as (

    select
        ---------- ids
        compared.customer_id,
        compared.content_hash,

        ---------- attributes
        {%- for type, names in attributes.items() %}
        {%- for name in names %}
        cast(compared.{{ name }} as {{ dbt.type_string() if type == 'string' else type }}) as {{ name }},
        {%- endfor %}
        {%- endfor %}

        ---------- numbers
        cast(builds.build_number as bigint) as build_number,

        ---------- booleans
        compared.is_present,

        ---------- timestamps
        {{ as_of() }} as valid_from
    from compared
    cross join builds
    where
        builds.is_forward
        and (
            compared.is_present <> compared.was_present
            or (compared.is_present and compared.content_hash <> compared.former_hash)
        )

)

select * from changed
