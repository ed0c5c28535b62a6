{# A staging view over the landed rows of touched contact points alone in a renewal: the very text of the view, with the raw table at its bottom cut
   down (rows_of_contacts). Else the view. It stands where a relation stands.
   Arguments: name (of the staging view, which reads one raw table)
   Example:   select * from {{ tekil.view_of_contacts('stg_consent__records') }} #}
{% macro view_of_contacts(name) %}
    {% set view = ref(name) %}
    {# a unit test gives what it reads, and renews nothing #}
    {% set read_too = [ref('int_profiles__contacts_touched'), ref('int_staging__identifiers_keyed'), ref('int_staging__evidence_unioned')] if model.resource_type != 'unit_test' else [] %}
    {{ return(tekil.view_over(name, 'rows_of_contacts') if is_renewed() else view) }}
{% endmacro %}
