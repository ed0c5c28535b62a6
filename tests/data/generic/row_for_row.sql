{# The model has exactly as many rows as the relation it renames: the proof of grain where no key survives normalisation.
   Arguments: with (ref or source)
   Example:   row_for_row: {arguments: {with: "source('raw', 'consent__records')"}} #}
{% test row_for_row(model, with) %}
with

counted as (

    select
        (select count(*) from {{ model }}) as row_count,
        (select count(*) from {{ with }}) as expected_count

)

select *
from counted
where row_count <> expected_count
{% endtest %}
