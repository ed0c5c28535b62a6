{# Every identifier that any source names, with the evidence it stands in. Holds plain values: staging only.
   A new source adds its own stg_<source>__identifiers here, and nothing else in the identity layer changes. #}
{{ config(
    materialized='renewed',
    touched='int_staging__origins_touched',
    touched_keys=['source', 'table_name', 'origin'],
    keys=['source', 'table_name', 'origin', 'evidence_id'],
) }}

{% set sources = [
    'tracker',
    'shop',
    'pos',
    'crm',
    'mailchimp',
    'messaging',
    'zendesk',
    'google_analytics',
    'sprout_social',
    'consent',
] -%}

with

{% for source in sources -%}
{{ source }}_identifiers as (

    select * from {{ touched_view('stg_' ~ source ~ '__identifiers') }}

),

{% endfor -%}
unioned as (

    {%- for source in sources %}
    select * from {{ source }}_identifiers
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

{# the rows of a touched origin may name another one beside it (an alias call does), of which not every row was read #}
kept as (

    select * from {{ touched_of('unioned', by='int_staging__origins_touched', keys=['source', 'table_name', 'origin']) }}

)

select * from kept
