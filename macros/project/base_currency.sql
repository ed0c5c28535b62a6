{# Currency of every amount that ends in _base, as a text literal.
   Example: {{ base_currency() }} #}
{% macro base_currency() -%}
    '{{ setting('TEKIL_CURRENCY', 'base_currency') }}'
{%- endmacro %}
