{# The name of a place that seeds/rules/places.csv does not know, in one form for all its spellings: plain letters, each word with a
   capital. ANKARA, ankara and Ankara are one; a place in the seed keeps its own letters instead.
   Arguments: expr (text; a plain column)
   Example:   {{ normalise_place('spelling') }} as place_name #}
{% macro normalise_place(expr) -%}
    {%- set steps = [] -%}
    {%- for letter in 'abcdefghijklmnopqrstuvwxyz' -%}
        {%- do steps.append(['(^| )' ~ letter, '\\1' ~ letter | upper]) -%}
    {%- endfor -%}
    {{ rewrite(normalise_name(expr), steps) }}
{%- endmacro %}
