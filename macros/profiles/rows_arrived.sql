{# The rows of a landed table that the last run did not see: loaded since, or hidden by its clock. It stands where a relation stands, in a renewal only.
   The two are asked for one after the other and by literals, so that an engine skips what lies outside of them.
   Arguments: raw_name (name of the table in raw), time_column (of that table, or an expression over its columns; none where no clock hides its rows)
   Example:   select message_id from {{ tekil.rows_arrived('messaging__receipts', 'occurred_at') }} #}
{% macro rows_arrived(raw_name, time_column=none) %}
    {% set former = run_query('select former_load_id, former_as_of from ' ~ ref('int_profiles__reads_planned')).rows[0] %}
    {% set told %}
        (
            select *
            from {{ source('raw', raw_name) }}
            where _load_id > {{ former[0] }}
            {%- if time_column %}
            union all
            select *
            from {{ source('raw', raw_name) }}
            where
                {{ time_column }} > cast('{{ former[1] }}' as timestamp)
                and coalesce(_load_id, 0) <= {{ former[0] }}
            {%- endif %}
        ) as {{ raw_name }}
    {% endset %}
    {{ return(told) }}
{% endmacro %}
