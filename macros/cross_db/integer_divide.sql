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
    {#- hugeints are divided bit by bit, a hundred times slower than what fits in a bigint #}
    {%- set fits = 'between -9000000000000000000 and 9000000000000000000' -%}
    (case
        when cast({{ numerator }} as hugeint) {{ fits }} and cast({{ denominator }} as hugeint) {{ fits }}
            then cast(cast({{ numerator }} as bigint) // cast({{ denominator }} as bigint) as hugeint)
        else cast({{ numerator }} as hugeint) // cast({{ denominator }} as hugeint)
    end)
{%- endmacro %}
