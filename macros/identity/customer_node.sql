{# The integer label of a customer in the graph of one confidence level: sixty bits of its id, and the level's number as the last bit.
   Arguments: customer_id (expression), level_number (expression: 0 strict, 1 wide)
   Example:   {{ customer_node('paired.left_customer_id', 'levels.level_number') }} as left_node_id #}
{% macro customer_node(customer_id, level_number) -%}
    2 * {{ hex_integer('substr(' ~ customer_id ~ ', 5)') }} + {{ level_number }}
{%- endmacro %}
