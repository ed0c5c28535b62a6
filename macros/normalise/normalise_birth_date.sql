{# A birth date from text, or null when it is not a day that existed from 1900 to 2099.
   Read: YYYY-MM-DD, YYYY/MM/DD, YYYY.MM.DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY, DD-MM-YYYY, days and months of one digit, and any of these
   with a time behind a T or a blank. The day comes before the month: 12/31/1990 is refused, not guessed.
   Arguments: expr (text)
   Example:   {{ normalise_birth_date('birth_date') }} as birth_date #}
{% macro normalise_birth_date(expr) -%}
    {%- set blanks = '[' ~ blank_characters() ~ zero_width_characters() ~ ']+' -%}
    cast({{ keep_match(rewrite(expr, [
        ['^' ~ blanks, ''],
        ['(?:T|' ~ blanks ~ ')(?:[0-9][0-9]?:[0-9:.,+Z -]*)?$', ''],
        ['^([0-9][0-9]?)[./-]([0-9][0-9]?)[./-]([0-9][0-9][0-9][0-9])$', '\\3-\\2-\\1'],
        ['^([0-9][0-9][0-9][0-9])([0-9][0-9])([0-9][0-9])$', '\\1-\\2-\\3'],
        ['[./-]([0-9])$', '-0\\1'],
        ['[./-]([0-9])[./-]', '-0\\1-'],
        ['[./]', '-'],
    ]), '^(?:(?:19|20)[0-9][0-9]-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)'
        ~ '|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)-02-29)$') }} as date)
{%- endmacro %}
