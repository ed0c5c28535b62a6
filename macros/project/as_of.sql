{# The clock of the build as a UTC timestamp literal: "now", or the moment TEKIL_AS_OF / var as_of names (law 3).
   Errors:  a moment that is not ISO 8601 stops the build with a sentence.
   Example: where occurred_at <= {{ as_of() }} #}
{% macro as_of() -%}
    {%- set moment = setting('TEKIL_AS_OF', 'as_of') | string -%}
    {%- if moment == 'now' -%}
        {%- set moment = run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') -%}
    {%- else -%}
        {%- set zoned = modules.re.match('^(\\d{4}-\\d\\d-\\d\\d)([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)?(Z|\\+00:?00)?$', moment) -%}
        {%- if not zoned -%}
            {{ exceptions.raise_compiler_error("as_of is '" ~ moment ~ "', which is not a UTC time: set TEKIL_AS_OF (or var as_of) to 'now' or to a time such as 2026-06-30T21:00:00Z") }}
        {%- endif -%}
        {%- set moment = zoned.group(1) ~ ' ' ~ ((zoned.group(2) or 'T00:00:00')[1:]) -%}
    {%- endif -%}
    cast('{{ moment }}' as timestamp)
{%- endmacro %}
