{# None of the columns is ever empty: one scan for all of them. Returns the columns that are, with their number of rows.
   Arguments: columns (list)
   Example:   never_null: {arguments: {columns: [channel, occurred_at]}} #}
{% test never_null(model, columns) %}
with

counted as (

    select
        {%- for column in columns %}
        count(*) - count({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}

)

{% for column in columns -%}
select '{{ column }}' as column_name, {{ column }} as row_count
from counted
where {{ column }} > 0
{% if not loop.last %}union all
{% endif %}
{%- endfor %}
{% endtest %}
