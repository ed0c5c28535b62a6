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
    {#- a wide decimal loses its decimals by a slow division: one below 10^12 is taken apart in 18 digits instead #}
    {%- set narrow = 'cast(' ~ expr ~ ' as decimal(18, 6))' -%}
    (case
        when cast({{ expr }} as decimal(28, 6)) between -999999999999 and 999999999999
            then cast(cast(floor({{ narrow }}) as bigint) * 1000000 + cast(cast({{ narrow }} - floor({{ narrow }}) as decimal(7, 6)) * cast(1000000 as decimal(7, 0)) as bigint) as hugeint)
        else cast(cast({{ expr }} as decimal(28, 6)) * cast(1000000 as decimal(7, 0)) as hugeint)
    end)
{%- endmacro %}
