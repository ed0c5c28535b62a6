{# Every identifier that any source names, with the evidence it stands in. Holds plain values: staging only.
   A new source adds its own stg_<source>__identifiers here, and nothing else in the identity layer changes. #}
{{ config(materialized='table') }}

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

    select * from {{ ref('stg_' ~ source ~ '__identifiers') }}

),

{% endfor -%}
unioned as (

    {%- for source in sources %}
    select * from {{ source }}_identifiers
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

)

select * from unioned
