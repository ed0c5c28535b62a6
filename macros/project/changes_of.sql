{# What this run changed in a renewed table: the rows of every changed key as they were (is_standing is false) and as they are (true).
   Empty where everything is made anew, since then everything that reads it is made anew too. It has the columns that the table tells (its config told),
   else all of them.
   Arguments: name (of a model that is materialized as renewed)
   Example:   select distinct identifier_key from {{ changes_of('int_identity__evidence_keyed') }} #}
{% macro changes_of(name) %}
    {% set relation = ref(name) %}
    {% if is_renewed() %}
        {{ return(tekil.changes_relation(relation)) }}
    {% else %}
        {% set told = graph.nodes['model.tekil.' ~ name].config.get('told') if execute and model.resource_type != 'unit_test' else none %}
        {{ return('(select nothing.' ~ (told | join(', nothing.') if told else '*') ~ ', true as is_standing from ' ~ relation ~ ' as nothing where false) as no_changes') }}
    {% endif %}
{% endmacro %}
