{# Whether a model asks what a renewed table's last renewal took away and put in (changes_of): only then is it kept beside the table.
   Arguments: name (of the renewed model)
   Example:   {% if are_changes_read(model.name) %}...{% endif %} #}
{% macro are_changes_read(name) %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and "changes_of('" ~ name ~ "')" in node.raw_code %}
        {{ return(true) }}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}
