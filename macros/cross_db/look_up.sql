{# Translate a text by a fixed table, without a join and with the expression written once; null when it is not in the table.
   The table stands in the query as one text of entries `value|key=`, with all values padded to one width: the place of
   `|key=` is also the place of the value in the same text moved right by that width, and blanks where there is no such key.
   Arguments: expr (text), pairs (list of [key, value]; neither may hold | or =, values no blanks)
   Example:   {{ look_up('code', [['f', 'female'], ['m', 'male']]) }} as gender #}
{% macro look_up(expr, pairs) -%}
    {%- set width = pairs | map('last') | map('length') | max -%}
    {%- set table = namespace(text='') -%}
    {%- for key, value in pairs -%}
        {%- set table.text = table.text ~ value ~ ' ' * (width - value | length) ~ '|' ~ key ~ '=' -%}
    {%- endfor -%}
    {{ empty_to_null(
        "replace(substr('" ~ ' ' * width ~ table.text ~ "', cast(strpos('" ~ table.text ~ "', '|' || " ~ expr
        ~ " || '=') as integer), " ~ width ~ "), ' ', '')"
    ) }}
{%- endmacro %}
