{# For whom a renewal plays the candidates again: customers whose segments it worked out again; everybody, and whoever was played before, where a candidate
   is of a segment whose own table is made anew in each run, since nothing says who changed there. Empty where everything is made anew. #}
-- depends_on: {{ ref('segment_candidates') }} {{ ref('segment_definitions') }} {{ ref('int_segments__customers_told') }}
{%- set is_renewal = is_renewed() %}
{%- set made_anew = [] %}
{%- for candidate in segment_candidates_to_play() if is_renewal and graph.nodes['model.tekil.seg_' ~ candidate.model].config.materialized != 'renewed' %}
{%- do made_anew.append(candidate.name) %}
{%- endfor %}
with

customers as (

    select * from {{ ref('int_segments__customers_touched') }}

),

touched as (

    select customer_id from customers
    {%- if made_anew %}

    union

    select customer_id from {{ tekil.relation_of('int_segments__customers_told') }}

    union

    select customer_id from {{ tekil.relation_of('int_segments__candidates_played') }}
    {%- endif %}

)

select customer_id from touched
