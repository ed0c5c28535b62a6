{# A product or a sum of decimals with fewer decimals, rounded half away from zero, as decimal(18, scale). What reaches 10^12 is no amount of anything
   and is null, so that one absurd row does not end a build, and what remains can be added up.
   Arguments: expr (decimal with exactly from_scale decimals, as engines count them; it is written several times. Of a product: see exact_product),
              from_scale (up to 17), scale (fewer than from_scale)
   Example:   {{ round_decimal(exact_product('quantity', 'unit_price'), 12, 4) }} as line_amount #}
{% macro round_decimal(expr, from_scale, scale) -%}
    {#- the outer cast tells PostgreSQL the scale, which a case forgets -#}
    cast(case when {{ expr }} between -999999999999 and 999999999999 then {{ adapter.dispatch('round_decimal', 'tekil')(expr, from_scale, scale) }} end as numeric(18, {{ scale }}))
{%- endmacro %}

{% macro default__round_decimal(expr, from_scale, scale) -%}
    cast({{ expr }} as numeric(18, {{ scale }}))
{%- endmacro %}

{% macro postgres__round_decimal(expr, from_scale, scale) -%}
    {{ tekil.default__round_decimal(expr, from_scale, scale) }}
{%- endmacro %}

{% macro duckdb__round_decimal(expr, from_scale, scale) -%}
    {#- a decimal of more than 18 digits loses decimals by a slow division, two hundred times the time of one that is made narrow first -#}
    {%- set whole = 10 ** (18 - from_scale) - 1 -%}
    (case
        when {{ expr }} between -{{ whole }} and {{ whole }} then cast(cast({{ expr }} as decimal(18, {{ from_scale }})) as decimal(18, {{ scale }}))
        else cast({{ expr }} as decimal(18, {{ scale }}))
    end)
{%- endmacro %}
