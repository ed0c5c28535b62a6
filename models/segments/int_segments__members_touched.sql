{# Whose spells a renewal unites again: customers whose segments it worked out again; and all who are or were in a segment whose own table is made anew in
   each run, since nothing says who changed there. Empty where everything is made anew. #}
{%- set is_renewal = is_renewed() %}
{%- set definitions = ref('segment_definitions') %}
{%- set made_anew = [] %}
{%- for name in segment_models() %}
{%- set relation = ref('seg_' ~ name) %}
{%- if is_renewal and graph.nodes['model.tekil.seg_' ~ name].config.materialized != 'renewed' %}
{%- do made_anew.append({'name': name, 'relation': relation}) %}
{%- endif %}
{%- endfor %}
with

customers as (

    select * from {{ ref('int_segments__customers_touched') }}

),

touched as (

    select customer_id from customers
    {%- for segment in made_anew %}

    union

    select customer_id from {{ segment.relation }}

    union

    select spells.customer_id
    from {{ tekil.relation_of('int_segments__spells_unioned') }} as spells
    inner join {{ definitions }} as definitions on spells.segment = definitions.segment
    where definitions.model = '{{ segment.name }}'
    {%- endfor %}

)

select customer_id from touched
