{# A text without blanks at its ends, with single blanks inside and without invisible characters; an empty text is null.
   Arguments: expr (text)
   Example:   {{ strip_blanks('city') }} as city #}
{% macro strip_blanks(expr) -%}
    {{ empty_to_null(rewrite(expr, [
        ['[' ~ zero_width_characters() ~ ']', ''],
        ['[' ~ blank_characters() ~ ']+', ' '],
        ['^ | $', ''],
    ])) }}
{%- endmacro %}
