{# A case expression over identifier_type and identifier_value: the reason for which the denylist refuses the value, or null.
   The patterns are read from the seed when the model runs, so that each is a constant the engine compiles once.
   Arguments: type_column, value_column (column names)
   Example:   {{ denylist_guard('identifier_type', 'identifier_value') }} as denylist_reason #}
{% macro denylist_guard(type_column, value_column) -%}
    {%- set rules = [] -%}
    {#- a linter compiles without a warehouse; anything that runs has built the seed first -#}
    {%- if execute and (flags.WHICH in ['build', 'run', 'retry', 'test'] or load_relation(ref('identifier_denylist')) is not none) -%}
        {%- set rules = run_query("select identifier_type, match, value, reason from " ~ ref('identifier_denylist') ~ " order by 1, 2, 3").rows -%}
    {%- endif -%}
    case
        {%- for rule in rules %}
        when {{ type_column }} = '{{ rule[0] }}' and {% if rule[1] == 'exact' -%}
            {{ value_column }} = '{{ rule[2] | replace("'", "''") }}'
        {%- else -%}
            {{ matches_regex(value_column, rule[2]) }}
        {%- endif %} then '{{ rule[3] | replace("'", "''") }}'
        {%- endfor %}
        else cast(null as {{ dbt.type_string() }})
    end
{%- endmacro %}
