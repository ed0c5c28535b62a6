{# The whole numbers from 0, as a query of one column `number`: the spine of days and months.
   Arguments: digits (how many decimal digits: 2 gives 0 to 99)
   Example:   select number from ({{ whole_numbers(2) }}) as numbers where number < 36 #}
{% macro whole_numbers(digits) -%}
    {%- set ten = '(select 0 as digit union all select 1 union all select 2 union all select 3 union all select 4 union all select 5'
        ~ ' union all select 6 union all select 7 union all select 8 union all select 9)' -%}
    select
        {%- for place in range(digits) %}
        {{ '+ ' if not loop.first }}digits_{{ place }}.digit * {{ 10 ** place }}
        {%- endfor %} as number
    from {{ ten }} as digits_0
    {%- for place in range(1, digits) %}
    cross join {{ ten }} as digits_{{ place }}
    {%- endfor %}
{%- endmacro %}
