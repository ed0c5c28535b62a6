{# After every table of ours, as a post-hook: let the planner know it before the next model reads it. PostgreSQL else takes a list of touched keys that was
   made a moment ago for a few rows, and joins it with everything in nested loops. Views need none.
   Example:   +post-hook: "{{ tekil.statistics_of_tables() }}" #}
{% macro statistics_of_tables() -%}
    {%- if execute and model.config.materialized in ['table', 'renewed'] -%}
        {%- do gather_statistics(this) -%}
    {%- endif -%}
{%- endmacro %}
