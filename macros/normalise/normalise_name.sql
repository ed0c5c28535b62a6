{# A name in the one form that matching compares: small plain letters and digits, single blanks.
   "Last, First" is turned round; an apostrophe joins (O'Brien is obrien), a hyphen or any other sign parts (Ayşe-Nur is
   ayse nur). Null when no Latin letter or digit is left.
   Arguments: expr (text; a plain column or a short expression)
   Example:   {{ normalise_name("first_name || ' ' || last_name") }} as name_key #}
{% macro normalise_name(expr) -%}
    {{ empty_to_null(rewrite(fold_letters(expr), [
        ["[" ~ zero_width_characters() ~ "'`´’‘ʼ′＇]", ''],
        ['^([^,]*),([^,]*)$', '\\2 \\1'],
        ['[^a-z0-9]+', ' '],
        ['^ | $', ''],
    ])) }}
{%- endmacro %}
