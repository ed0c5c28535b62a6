{# A loyalty card number without blanks, dashes, dots and slashes, in capitals; leading zeros are kept.
   Null when nothing is left, when any other sign stands in it (a masked ****1234 is nobody's card) and when a spreadsheet
   has turned it into 1.23E+15. A number that a spreadsheet ended in .0 loses that.
   Arguments: expr (text; a plain column)
   Example:   {{ normalise_card('loyalty_card_no') }} as loyalty_card #}
{% macro normalise_card(expr) -%}
    {{ keep_match("translate(" ~ rewrite(expr, [
        ['[' ~ blank_characters() ~ zero_width_characters() ~ "']", ''],
        ['^([0-9]+)[.]0+$', '\\1'],
        ['^[0-9]+[.,][0-9]+[eE][+]?[0-9]+$', ''],
        ["[-./\u2010-\u2015\u2212]", ''],
    ]) ~ ", 'abcdefghijklmnopqrstuvwxyzıİşŞğĞüÜöÖçÇ', 'ABCDEFGHIJKLMNOPQRSTUVWXYZIISSGGUUOOCC')", '^[0-9A-Z]+$') }}
{%- endmacro %}
