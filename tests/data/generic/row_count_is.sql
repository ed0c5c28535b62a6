{# The model has a fixed number of rows.
   Arguments: rows (number)
   Example:   row_count_is: {arguments: {rows: 1}} #}
{% test row_count_is(model, rows) %}
with

counted as (

    select count(*) as row_count from {{ model }}

)

select *
from counted
where row_count <> {{ rows }}
{% endtest %}
