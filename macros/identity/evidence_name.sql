{# How evidence is named outside staging: by its record, else by a keyed hash of what it says; without the salt, trying every number would undo it.
   Arguments: evidence (name of a CTE with source, table_name, evidence_id, record_id), salt (expression)
   Example:   {{ evidence_name('evidence', 'salts.salt') }} as evidence_id #}
{% macro evidence_name(evidence, salt) -%}
    {{ evidence }}.source || '/' || {{ evidence }}.table_name || '/'
    || case
        when {{ evidence }}.evidence_id = {{ evidence }}.record_id then {{ evidence }}.evidence_id
        else {{ keyed_hash("'evidence'", evidence ~ '.evidence_id', salt) }}
    end
{%- endmacro %}
