{# The characters with width that only separate, as the inside of a regular-expression bracket: tab, line ends, blanks of
   every width, among them no-break (U+00A0), figure (U+2007), narrow (U+202F) and ideographic (U+3000) space.
   Example:   '[' ~ blank_characters() ~ ']+' #}
{#- Control characters stand as escapes: a raw carriage return would not survive a text file. -#}
{% macro blank_characters() -%}
    {{ return("\\t\\n\\v\\f\\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000") }}
{%- endmacro %}
