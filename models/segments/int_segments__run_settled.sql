{# The plan of the last run that ended, for profiles and segments. Written after everything of theirs that is renewed, so that a run that was killed
   or failed is followed by one that makes everything anew; so it refuses to be built alone. #}
{%- set renewed = [] %}
{%- for node in graph.nodes.values() if execute and node.resource_type == 'model' and node.fqn[1] in ['profiles', 'segments'] and node.config.materialized == 'renewed' %}
{%- do renewed.append(node.name) %}
{%- endfor %}
{%- if execute and flags.WHICH in ['run', 'build'] %}
{%- for name in ['int_profiles__reads_planned'] + renewed if 'model.tekil.' ~ name not in selected_resources %}
{{ exceptions.raise_compiler_error('int_segments__run_settled must be built together with ' ~ name ~ ', or the next build would not see what changed: select +path:models/segments instead.') }}
{%- endfor %}
{%- endif %}
-- depends_on: {{ ref('customer_sessions') }}, {{ ref('int_segments__spells_merged') }}
with

planned as (

    select * from {{ ref('int_profiles__reads_planned') }}

)

select * from planned
