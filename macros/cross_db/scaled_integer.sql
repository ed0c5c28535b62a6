{# A decimal as a whole number of millionths, in the widest exact type of the engine.
   Arguments: expr (decimal with up to 6 decimals and 22 digits before them, or an integer; more decimals are rounded)
   Example:   {{ scaled_integer('amount') }} #}
{% macro scaled_integer(expr) -%}
    {{ adapter.dispatch('scaled_integer', 'tekil')(expr) }}
{%- endmacro %}

{% macro default__scaled_integer(expr) -%}
    trunc(cast({{ expr }} as numeric(28, 6)) * 1000000)
{%- endmacro %}

{% macro postgres__scaled_integer(expr) -%}
    {{ tekil.default__scaled_integer(expr) }}
{%- endmacro %}

{% macro duckdb__scaled_integer(expr) -%}
    cast(cast({{ expr }} as decimal(28, 6)) * cast(1000000 as decimal(7, 0)) as hugeint)
{%- endmacro %}
