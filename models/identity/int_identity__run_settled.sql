{# The plan of the last run that ended. Written after everything that is renewed, so that a run that was killed or failed is followed by one that makes
   everything anew (int_staging__reads_planned). If it could be written without them, a change would be forgotten: so it refuses to be built alone.
   What the loader wrote down for it of replaced rows is personal data, and goes. #}
{{ config(post_hook="delete from {{ source('raw', 'moved_origins') }} where _load_id <= (select max(load_id) from {{ this }})") }}
{%- set renewed = [] %}
{%- for node in graph.nodes.values() if execute and node.resource_type == 'model' and node.fqn[1] in ['staging', 'identity'] and node.config.materialized in ['renewed', 'connected_components', 'rooted_paths'] %}
{%- do renewed.append(node.name) %}
{%- endfor %}
{%- if execute and flags.WHICH in ['run', 'build'] %}
{%- for name in ['int_staging__reads_planned'] + renewed if 'model.tekil.' ~ name not in selected_resources %}
{{ exceptions.raise_compiler_error('int_identity__run_settled must be built together with ' ~ name ~ ', or the next build would not see what changed: select +path:models/identity instead.') }}
{%- endfor %}
{%- endif %}
-- depends_on: {{ ref('identity_links') }}, {{ ref('identity_paths') }}, {{ ref('identity_map') }}, {{ ref('record_map') }}, {{ ref('int_staging__people_described') }}
with

planned as (

    select * from {{ ref('int_staging__reads_planned') }}

)

select * from planned
