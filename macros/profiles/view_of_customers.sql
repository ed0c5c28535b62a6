{# A staging view over the landed rows of touched customers alone in a renewal: the very text of the view, with the raw table at its bottom cut down
   (rows_of_customers). Else the view. It stands where a relation stands.
   Arguments: name (of the staging view, which reads one raw table)
   Example:   select * from {{ tekil.view_of_customers('stg_google_analytics__events') }} #}
{% macro view_of_customers(name) %}
    {% set view = ref(name) %}
    {% set read_too = [ref('int_profiles__customers_touched'), ref('int_staging__identifiers_keyed'), ref('int_staging__evidence_unioned'), ref('identity_map'), ref('record_map')] %}
    {{ return(tekil.view_over(name, 'rows_of_customers') if is_renewed() else view) }}
{% endmacro %}
