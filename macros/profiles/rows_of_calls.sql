{# The rows of the tracker's landed table that int_profiles__calls_touched lists.
   Arguments: raw_name (name of the table in raw)
   Example:   select * from {{ tekil.rows_of_calls('tracker__events') }} #}
{% macro rows_of_calls(raw_name) %}
    {{ return('(select * from ' ~ source('raw', raw_name) ~ ' where message_id in (select message_id from ' ~ ref('int_profiles__calls_touched') ~ ' where message_id is not null)) as ' ~ raw_name) }}
{% endmacro %}
