{# No text that looks like an e-mail address or a phone number stands in identity, profiles or segments (M1).
   Every text column of every table there is read, whoever added it. An id of goods or orders may be a long number and a key is a
   hash: in columns that end in _id or _key only the @ is looked for. Returns the column and how many values, never a value. #}
-- depends_on: {{ ref('customers') }} {{ ref('customer_traits') }} {{ ref('segment_overlap') }} {{ ref('segment_changes') }}
-- depends_on: {{ ref('identity_quality') }} {{ ref('identity_readiness') }} {{ ref('identity_refusals') }} {{ ref('identity_aliases') }}
-- depends_on: {{ ref('customer_consents') }} {{ ref('customer_sessions') }} {{ ref('customer_order_lines') }} {{ ref('customer_segments') }} {{ ref('segment_values') }} {{ ref('segment_flows') }} {{ ref('segment_comparisons') }}
{%- set columns = [] -%}
{%- if execute -%}
    {%- set found = run_query(
        "select table_schema, table_name, column_name from information_schema.columns
        where table_schema in ('identity', 'profiles', 'segments') and data_type in ('text', 'character varying', 'VARCHAR')
            and (table_name not like 'seg%' or table_name like 'segment%')
        order by 1, 2, 3"
    ) -%}
    {%- set columns = found.rows -%}
{%- endif %}

with

{% for column in columns -%}
values_{{ loop.index }} as (

    select distinct
        '{{ column[0] }}.{{ column[1] }}.{{ column[2] }}' as column_name,
        {{ column[2] }} as value
    from {{ column[0] }}.{{ column[1] }}
    where {{ column[2] }} like '%@%'
        {%- if not column[2].endswith(('_id', '_key')) %}
        or length({{ column[2] }}) >= 10
        and ({{ column[2] }} like '%+%' or substr({{ column[2] }}, 1, 1) in ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'))
        and (
            {{ matches_regex(column[2], '[+][1-9][0-9 ]{8}') }}
            or {{ matches_regex(column[2], '^(?:00[1-9][0-9 ()./-]+[0-9]|0[ (]*[1-9](?:[ ()./-]*[0-9]){9}|(?:90)?5[0-9]{9})$') }}
        )
        {%- endif %}

),

{% endfor -%}
suspects as (

    {% for column in columns -%}
    select * from values_{{ loop.index }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}

)

select
    column_name,
    count(*) as value_count
from suspects
group by column_name
