{# The relation of a model or seed by its name, also of one that is private to its group.
   Arguments: name (of a model or seed)
   Example:   {{ tekil.relation_of('identity_changes') }} #}
{% macro relation_of(name) %}
    {% set node = graph.nodes.get('model.tekil.' ~ name) or graph.nodes['seed.tekil.' ~ name] %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}
