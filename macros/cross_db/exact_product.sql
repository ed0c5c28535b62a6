{# The product of two decimals of up to 18 digits, exact whatever their size: DuckDB counts such a product in 18 digits and fails at what does not fit, so
   one factor is made wider. It has the decimals of both together (round_decimal takes some off).
   Arguments: factor, other (decimals; a sum as other stands in brackets), scale (decimals of the first factor, 6 as raw amounts have)
   Example:   {{ exact_product('quantity', 'unit_price') }} #}
{% macro exact_product(factor, other, scale=6) -%}
    cast({{ factor }} as numeric(20, {{ scale }})) * {{ other }}
{%- endmacro %}
