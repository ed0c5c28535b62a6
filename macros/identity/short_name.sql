{# An identifier as people read it: its type and the first eight characters of its key.
   Arguments: identifier (dict of identifier_of)
   Example:   {{ tekil.short_name(left) }} #}
{% macro short_name(identifier) %}
    {{ return(identifier.type ~ ' ' ~ identifier.key[:8]) }}
{% endmacro %}
