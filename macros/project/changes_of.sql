{# What this run changed in a renewed table: the rows of every changed key as they were (is_standing is false) and as they are (true).
   Empty where everything is made anew, since then everything that reads it is made anew too. In a renewal it has the columns that the table tells (its
   config told), else all of them.
   Arguments: name (of a model that is materialized as renewed)
   Example:   select distinct identifier_key from {{ changes_of('int_identity__evidence_keyed') }} #}
{% macro changes_of(name) %}
    {% set relation = ref(name) %}
    {% if is_renewed() %}
        {{ return(tekil.changes_relation(relation)) }}
    {% else %}
        {{ return('(select nothing.*, true as is_standing from ' ~ relation ~ ' as nothing where false) as no_changes') }}
    {% endif %}
{% endmacro %}
