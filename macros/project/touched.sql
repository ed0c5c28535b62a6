{# The rows of a model that a renewal has to look at again: those whose key is listed by another model. All rows where the table is made anew, so
   that one text serves both. It stands where a relation stands.
   Arguments: name (of the model to read), by (name of the model that lists the touched keys; a key may stand there several times),
              keys (list of columns that both have, or 'column = other_column')
   Example:   select * from {{ touched('int_identity__evidence_keyed', by='int_identity__evidence_touched', keys=['evidence_id']) }} #}
{% macro touched(name, by, keys) %}
    {{ return(touched_of(ref(name), by, keys)) }}
{% endmacro %}
