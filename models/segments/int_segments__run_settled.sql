{# The plan of the last run that ended, for profiles and segments. Written after everything of theirs that is renewed, so that a run that was killed
   or failed is followed by one that makes everything anew. A run of only some of them settles nothing: what stood stands. #}
-- depends_on: {{ ref('customer_sessions') }}, {{ ref('customer_trait_losers') }}, {{ ref('segment_memberships') }}, {{ ref('customer_segments') }}, {{ ref('int_segments__candidates_played') }},
-- {{ ref('int_segments__sizes_counted') }}, {{ ref('int_segments__pairs_counted') }}, {{ ref('int_segments__courses_walked') }}, {{ ref('customer_history') }}
{%- set missing = [] %}
{%- for node in graph.nodes.values() if execute and node.resource_type == 'model' and node.fqn[1] in ['profiles', 'segments'] %}
{%- if (node.config.materialized in ['renewed', 'incremental'] or node.name.endswith('__reads_planned')) and node.unique_id not in selected_resources %}
{%- do missing.append(node.name) %}
{%- endif %}
{%- endfor %}
{%- set is_partial = execute and flags.WHICH in ['run', 'build'] and missing %}
with

planned as (

    select * from {{ this if is_partial and load_relation(this) is not none else ref('int_segments__reads_planned') }}
    {{ 'where false' if is_partial and load_relation(this) is none }}

)

select * from planned
