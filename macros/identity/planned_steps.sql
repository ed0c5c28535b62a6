{# The models between the rules and the ledger of ids, in the order they build on each other.
   Example:   {% for step in tekil.planned_steps() %} #}
{% macro planned_steps() %}
    {{ return([
        'int_identity__overrides_combined', 'int_identity__evidence_keyed', 'int_identity__identifiers_screened', 'int_identity__candidates_made',
        'int_identity__nodes_numbered', 'int_identity__links_made', 'int_identity__components_found', 'int_identity__vetoes_found',
        'int_identity__components_vetoed', 'int_identity__members_grouped', 'identity_changes',
    ]) }}
{% endmacro %}
