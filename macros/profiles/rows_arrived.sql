{# The rows of a landed table that the last run did not see: loaded since, or hidden by its clock. It stands where a relation stands, in a renewal only.
   Arguments: raw_name (name of the table in raw), time_column (of that table, or an expression over its columns; none where no clock hides its rows)
   Example:   select message_id from {{ tekil.rows_arrived('messaging__receipts', 'occurred_at') }} #}
{% macro rows_arrived(raw_name, time_column=none) %}
    {% set plan = ref('int_profiles__reads_planned') %}
    {% set told %}
        (
            select *
            from {{ source('raw', raw_name) }}
            where
                _load_id > (select former_load_id from {{ plan }} where layer is not null)
                {%- if time_column %}
                or {{ time_column }} > (select former_as_of from {{ plan }} where layer is not null)
                {%- endif %}
        ) as {{ raw_name }}
    {% endset %}
    {{ return(told) }}
{% endmacro %}
