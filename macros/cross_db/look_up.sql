{# Translate a text by a fixed table, without a join and with the expression written once; null when it is not in the table.
   Arguments: expr (text of letters, digits and blanks only), pairs (list of [key, value]; neither may hold | or =)
   Example:   {{ look_up('code', [['f', 'female'], ['m', 'male']]) }} as gender #}
{% macro look_up(expr, pairs) -%}
    {%- set table = namespace(text='|') -%}
    {%- for key, value in pairs -%}
        {%- set table.text = table.text ~ key ~ '=' ~ value ~ '|' -%}
    {%- endfor -%}
    {{ empty_to_null("split_part(split_part('" ~ table.text ~ "', '|' || " ~ expr ~ " || '=', 2), '|', 1)") }}
{%- endmacro %}
