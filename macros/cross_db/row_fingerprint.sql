{# A fingerprint of 64 bits of a whole row: rows that differ in any column have, but for one chance in 2^64, another one. Only comparable
   within one statement of one engine; never kept.
   Arguments: alias (of a table or subquery of the statement)
   Returns:   an integer of the engine's own width
   Example:   select event_id, {{ row_fingerprint('fresh') }} as fingerprint from fresh #}
{% macro row_fingerprint(alias) -%}
    {{ return(adapter.dispatch('row_fingerprint', 'tekil')(alias)) }}
{%- endmacro %}

{% macro default__row_fingerprint(alias) -%}
    hash_record_extended({{ alias }}, 0)
{%- endmacro %}

{% macro duckdb__row_fingerprint(alias) -%}
    hash({{ alias }})
{%- endmacro %}
