{# A text in small plain letters: every I becomes i (I, ı, İ, i alike), marks fall away whether they are part of the letter
   or a character of their own, ß is ss, æ is ae. Other scripts, digits and signs stay as they are.
   Texts of small ASCII letters pass untouched and texts of Turkish letters take a short table, which is what keeps it fast.
   Arguments: expr (text; written several times, so pass a plain column or a short expression)
   Example:   {{ fold_letters('last_name') }} #}
{% macro fold_letters(expr) -%}
    {%- set small = 'abcdefghijklmnopqrstuvwxyz' -%}
    {%- set capital = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' -%}
    {%- set turkish = 'ıİşŞğĞüÜöÖçÇâÂîÎûÛ' -%}
    {%- set turkish_plain = 'iissgguuooccaaiiuu' -%}
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
        when {{ matches_regex(expr, '^[ -@[-~]*$') }} then {{ expr }}
        when {{ matches_regex(expr, '^[ -~' ~ turkish ~ ']*$') }}
            then translate({{ expr }}, 'aeinr{{ capital ~ turkish }}', 'aeinr{{ small ~ turkish_plain }}')
        else translate({{ spelled_out }}, '{{ table.marked }}', '{{ table.plain }}')
    end
{%- endmacro %}
