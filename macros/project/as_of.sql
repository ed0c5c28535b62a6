{# The clock of the build as a UTC timestamp literal: "now", or the moment TEKIL_AS_OF / var as_of names (law 3).
   "now" is the end of the running hour: nothing that has happened is left out, and two builds of one hour agree.
   Errors:  a moment that is not ISO 8601 stops the build with a sentence.
   Example: where occurred_at <= {{ as_of() }} #}
{% macro as_of() -%}
    {%- set moment = setting('TEKIL_AS_OF', 'as_of') | string -%}
    {%- if moment == 'now' -%}
        {%- set hour = run_started_at.replace(minute=0, second=0, microsecond=0) -%}
        {%- set moment = (hour + modules.datetime.timedelta(hours=1)).strftime('%Y-%m-%d %H:%M:%S') -%}
        cast('{{ moment }}' as timestamp)
    {%- else -%}
        {{ moment_literal(moment, 'as_of', 'TEKIL_AS_OF') }}
    {%- endif -%}
{%- endmacro %}
