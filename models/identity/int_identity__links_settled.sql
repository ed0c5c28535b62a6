{# The links that the components were found from, kept for the next run to compare with. If it could be written without the components having been found
   from them, a change would be forgotten: so it refuses to be built alone. #}
-- depends_on: {{ ref('int_identity__components_found') }}
{% if execute and flags.WHICH in ['run', 'build'] -%}
    {%- for name in ['int_identity__links_compared', 'int_identity__components_found'] if 'model.tekil.' ~ name not in selected_resources -%}
        {{ exceptions.raise_compiler_error('int_identity__links_settled must be built together with ' ~ name ~ ', or the next build would not see what changed: select int_identity__links_compared+ instead.') }}
    {%- endfor -%}
{%- endif %}
with

compared as (

    select * from {{ ref('int_identity__links_compared') }}
    where is_standing

)

select
    left_node_id,
    right_node_id
from compared
