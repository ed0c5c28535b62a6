{# The integer that the first fifteen hexadecimal digits of a text write (60 bits): a label for a node of the graph.
   Arguments: expr (text of at least fifteen lower-case hexadecimal digits, such as an identifier_key)
   Example:   {{ hex_integer('identifier_key') }} as node_id #}
{% macro hex_integer(expr) -%}
    {{ adapter.dispatch('hex_integer', 'tekil')(expr) }}
{%- endmacro %}

{% macro default__hex_integer(expr) -%}
    cast(conv(substr({{ expr }}, 1, 15), 16, 10) as bigint)
{%- endmacro %}

{% macro duckdb__hex_integer(expr) -%}
    cast('0x' || substr({{ expr }}, 1, 15) as bigint)
{%- endmacro %}

{% macro postgres__hex_integer(expr) -%}
    cast(cast('x' || substr({{ expr }}, 1, 15) as bit(60)) as bigint)
{%- endmacro %}
