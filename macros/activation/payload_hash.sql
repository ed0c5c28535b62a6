{# The hash by which the outbox knows that a payload has changed: over the texts of these columns, each with its length, nulls told apart.
   A moment is written as a date or as epoch_microseconds first, since engines write timestamps differently.
   Arguments: columns (list of column names or expressions)
   Example:   {{ payload_hash(['address', 'first_name', 'segments']) }} as payload_hash #}
{% macro payload_hash(columns) -%}
    md5(
        {%- for column in columns %}
        coalesce(length(cast({{ column }} as {{ dbt.type_string() }})) || ':' || cast({{ column }} as {{ dbt.type_string() }}), '~')
        {{- ' || ' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
