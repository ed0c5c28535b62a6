{# The table beside a renewed one that holds what its last renewal took away and put in.
   Arguments: relation (of the renewed table)
   Example:   {% set changes = tekil.changes_relation(this) %} #}
{% macro changes_relation(relation) %}
    {{ return(api.Relation.create(database=relation.database, schema=relation.schema, identifier='int_changes__' ~ relation.identifier.split('__') | last)) }}
{% endmacro %}
