{# The condition that a row was there at the moment that TEKIL_KNOWN_AT (or var known_at) names, so that a past day can be told without what was
   learned later (P11, G22); true while it names none.
   Arguments: column (timestamp at which the row was written)
   Errors:    a moment that is not ISO 8601 stops the build with a sentence.
   Example:   where {{ was_known('changed_at') }} #}
{% macro was_known(column) %}
    {% set known_at = setting('TEKIL_KNOWN_AT', 'known_at') | string %}
    {{ return('true' if known_at == 'now' else column ~ ' <= ' ~ moment_literal(known_at, 'known_at', 'TEKIL_KNOWN_AT')) }}
{% endmacro %}
