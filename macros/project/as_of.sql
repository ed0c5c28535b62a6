{# The clock of the build as a UTC timestamp literal: "now", or the moment TEKIL_AS_OF / var as_of names (law 3).
   "now" is the end of the running hour: nothing that has happened is left out, and two builds of one hour agree.
   Errors:  a moment that is not ISO 8601 stops the build with a sentence.
   Example: where occurred_at <= {{ as_of() }} #}
{% macro as_of() -%}
    {%- set moment = setting('TEKIL_AS_OF', 'as_of') | string -%}
    {%- if moment == 'now' -%}
        {%- set hour = run_started_at.replace(minute=0, second=0, microsecond=0) -%}
        {%- set moment = (hour + modules.datetime.timedelta(hours=1)).strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- else -%}
        {%- set zoned = modules.re.match('^(\\d{4}-\\d\\d-\\d\\d)([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)?(Z|\\+00:?00)?$', moment) -%}
        {%- if not zoned -%}
            {{ exceptions.raise_compiler_error("as_of is '" ~ moment ~ "', which is not a UTC time: set TEKIL_AS_OF (or var as_of) to 'now' or to a time such as 2026-06-30T21:00:00Z") }}
        {%- endif -%}
        {%- set moment = zoned.group(1) ~ ' ' ~ ((zoned.group(2) or 'T00:00:00')[1:]) -%}
    {%- endif -%}
    cast('{{ moment }}' as timestamp)
{%- endmacro %}
