{# The characters nobody sees, as the inside of a regular-expression bracket: soft hyphen, zero-width space, joiner and
   non-joiner (U+200B to U+200D), direction marks, word joiner, byte order mark (U+FEFF). They are removed, never a blank.
   Example:   '[' ~ zero_width_characters() ~ ']' #}
{% macro zero_width_characters() -%}
    {{ return("\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff") }}
{%- endmacro %}
