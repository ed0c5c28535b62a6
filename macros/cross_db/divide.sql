{# An exact quotient of two decimals, the same on every engine: rounded half away from zero to `scale` decimals.
   Null when either is null or the denominator is zero. The result is decimal(18, scale); a greater one is an error.
   Arguments: numerator, denominator (decimals with up to 6 decimals, or integers; each is written several times,
              so pass a column or one aggregate), scale (0 to 6, default 4)
   Example:   {{ divide('net_amount', 'orders', 2) }} as average_order_amount #}
{% macro divide(numerator, denominator, scale=4) -%}
    {%- set top = scaled_integer(numerator) -%}
    {%- set bottom = scaled_integer(denominator) -%}
    {%- set unit = '1' if scale == 0 else '0.' ~ '0' * (scale - 1) ~ '1' -%}
    case when {{ denominator }} <> 0 then
        {#- half is added before cutting: (2 * a * 10^scale + b) / (2 * b) on whole numbers, the sign put back after #}
        cast(cast(
            sign({{ numerator }}) * sign({{ denominator }})
            * {{ integer_divide('abs(' ~ top ~ ') * ' ~ 2 * 10 ** scale ~ ' + abs(' ~ bottom ~ ')', '(2 * abs(' ~ bottom ~ '))') }}
            as decimal(30, 0)) * cast({{ unit }} as decimal({{ scale + 1 }}, {{ scale }})) as decimal(18, {{ scale }}))
    end
{%- endmacro %}
