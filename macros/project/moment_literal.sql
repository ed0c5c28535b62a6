{# A UTC time that a person wrote, as a timestamp literal.
   Arguments: moment (text: ISO 8601, UTC), name (of the var), variable (of the environment variable), both for the message
   Errors:    a moment that is not ISO 8601 in UTC stops the build with a sentence.
   Example:   {{ moment_literal('2026-06-30T21:00:00Z', 'as_of', 'TEKIL_AS_OF') }} #}
{% macro moment_literal(moment, name, variable) -%}
    {%- set zoned = modules.re.match('^(\\d{4}-\\d\\d-\\d\\d)([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)?(Z|\\+00:?00)?$', moment) -%}
    {%- if not zoned -%}
        {{ exceptions.raise_compiler_error(name ~ " is '" ~ moment ~ "', which is not a UTC time: set " ~ variable ~ " (or var " ~ name ~ ") to 'now' or to a time such as 2026-06-30T21:00:00Z") }}
    {%- endif -%}
    {{ return("cast('" ~ zoned.group(1) ~ ' ' ~ ((zoned.group(2) or 'T00:00:00')[1:]) ~ "' as timestamp)") }}
{%- endmacro %}
