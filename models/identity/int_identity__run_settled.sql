{# The plan of the last run that ended. Written after everything that is renewed, so that a run that was killed or failed is followed by one that makes
   everything anew (int_staging__reads_planned). If it could be written without them, a change would be forgotten: so it refuses to be built alone. #}
{%- set renewed = [] %}
{%- for node in graph.nodes.values() if execute and node.resource_type == 'model' and node.config.materialized in ['renewed', 'connected_components'] %}
{%- do renewed.append(node.name) %}
{%- endfor %}
{%- if execute and flags.WHICH in ['run', 'build'] %}
{%- for name in ['int_staging__reads_planned'] + renewed if 'model.tekil.' ~ name not in selected_resources %}
{{ exceptions.raise_compiler_error('int_identity__run_settled must be built together with ' ~ name ~ ', or the next build would not see what changed: select +path:models/identity instead.') }}
{%- endfor %}
{%- endif %}
-- depends_on: {{ ref('int_identity__evidence_keyed') }}
with

planned as (

    select * from {{ ref('int_staging__reads_planned') }}

)

select * from planned
