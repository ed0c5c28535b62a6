{# The quotient of two whole numbers without its fraction (towards zero), exact on every size; null for a zero divisor.
   Arguments: numerator, denominator (whole numbers of any type)
   Example:   {{ integer_divide('total', 'parts') }} as each #}
{% macro integer_divide(numerator, denominator) -%}
    {{ adapter.dispatch('integer_divide', 'tekil')(numerator, denominator) }}
{%- endmacro %}

{% macro default__integer_divide(numerator, denominator) -%}
    div(cast({{ numerator }} as numeric), nullif(cast({{ denominator }} as numeric), 0))
{%- endmacro %}

{% macro postgres__integer_divide(numerator, denominator) -%}
    {{ tekil.default__integer_divide(numerator, denominator) }}
{%- endmacro %}

{% macro duckdb__integer_divide(numerator, denominator) -%}
    (cast({{ numerator }} as hugeint) // cast({{ denominator }} as hugeint))
{%- endmacro %}
