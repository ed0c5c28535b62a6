{# The grain: no two rows share the columns, and none of them is empty but those that may be.
   Arguments: columns (list), nullable (list: those of the columns in which a null is a value of its own)
   Example:   unique_together: {arguments: {columns: [source, order_id]}} #}
{% test unique_together(model, columns, nullable=[]) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
    {%- for column in columns if column not in nullable %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
