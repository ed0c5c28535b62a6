{# A condition holds in every row; a row in which it cannot be told (null) fails too. Give the test a name that states the truth.
   Arguments: condition (SQL over the model's columns)
   Example:   holds: {name: customer_sessions__ends_after_it_starts, arguments: {condition: ended_at >= started_at}} #}
{% test holds(model, condition) %}
select count(*) as row_count
from {{ model }}
where ({{ condition }}) is not true
having count(*) > 0
{% endtest %}
