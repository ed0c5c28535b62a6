{# A text in small plain letters: every I becomes i (I, ı, İ, i alike), marks fall away whether they are part of the letter
   or a character of their own, ß is ss, æ is ae. Other scripts, digits and signs stay as they are.
   Texts of small ASCII letters pass untouched, which is what keeps it fast.
   Arguments: expr (text; written several times, so pass a plain column or a short expression)
   Example:   {{ fold_letters('last_name') }} #}
{% macro fold_letters(expr) -%}
    {%- set small = 'abcdefghijklmnopqrstuvwxyz' -%}
    {%- set capital = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    {#- the letters that stay lead the list: they are most of a text, and PostgreSQL searches from the left -#}
    {%- set table = namespace(marked=small ~ ' ' ~ capital, plain=small ~ ' ' ~ small) -%}
    {%- for plain, marked in letters_with_marks() -%}
        {%- set table.marked = table.marked ~ marked -%}
        {%- set table.plain = table.plain ~ plain * (marked | length) -%}
    {%- endfor -%}
    {%- set spelled_out = rewrite(expr, [
        ["[\u0300-\u036f]", ''],
        ['[ßẞ]', 'ss'],
        ['[æÆǽǼǣǢ]', 'ae'],
        ['[œŒ]', 'oe'],
        ['[þÞ]', 'th'],
        ['[ĳĲ]', 'ij'],
        ['ŉ', 'n'],
    ]) -%}
    case
        when {{ matches_regex(expr, '[^ -~]') }}
            then translate({{ spelled_out }}, '{{ table.marked }}', '{{ table.plain }}')
        when {{ matches_regex(expr, '[A-Z]') }} then translate({{ expr }}, '{{ capital }}', '{{ small }}')
        else {{ expr }}
    end
{%- endmacro %}
