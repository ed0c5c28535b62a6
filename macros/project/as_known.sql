{# The rows of a relation that were there at the moment that TEKIL_KNOWN_AT (or var known_at) names, so that a past day can be told without what was
   learned later (P11, G22); the relation itself while it names none. It stands where a relation stands; nothing may be put behind it.
   Arguments: relation (relation), column (of the time at which a row was written), alias (name of the subquery)
   Errors:    a moment that is not ISO 8601 stops the build with a sentence.
   Example:   select * from {{ as_known(ref('identity_changes'), 'changed_at', 'ledger_then') }} #}
{% macro as_known(relation, column, alias) %}
    {% set known_at = setting('TEKIL_KNOWN_AT', 'known_at') | string %}
    {% if known_at == 'now' %}
        {{ return(relation) }}
    {% endif %}
    {{ return('(select * from ' ~ relation ~ ' where ' ~ column ~ ' <= ' ~ moment_literal(known_at, 'known_at', 'TEKIL_KNOWN_AT') ~ ') as ' ~ alias) }}
{% endmacro %}
