{# Turn a relation with one column per identifier type into one row per evidence and identifier.
   Arguments: relation (name of a CTE with the evidence columns source, table_name, record_id, origin, evidence_id, channel,
              given_name, birth_date, first_seen_at, last_seen_at), types (dict identifier_type -> column),
              own (the type that is the record's own key, or none)
   Example:   {{ unpivot_identifiers('contacts_evidence', {'email': 'email_match', 'phone': 'phone'}) }} #}
{% macro unpivot_identifiers(relation, types, own=none) -%}
    select
        observed.source,
        observed.table_name,
        observed.record_id,
        observed.origin,
        observed.evidence_id,
        observed.channel,
        observed.identifier_type,
        observed.identifier_value,
        observed.identifier_type = '{{ own or '' }}' as is_own,
        observed.given_name,
        observed.birth_date,
        observed.first_seen_at,
        observed.last_seen_at
    from (
        select
            {{ relation }}.*,
            offered.identifier_type,
            case offered.identifier_type
                {%- for type, column in types.items() %}
                when '{{ type }}' then cast({{ relation }}.{{ column }} as {{ dbt.type_string() }})
                {%- endfor %}
            end as identifier_value
        from {{ relation }}
        cross join (values {% for type in types %}('{{ type }}'){{ ', ' if not loop.last }}{% endfor %}) as offered (identifier_type)
    ) as observed
    where observed.identifier_value is not null
{%- endmacro %}
