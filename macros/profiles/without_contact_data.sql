{# A free text that people typed, or '<removed>' where it is an e-mail address or a phone number: such must not leave staging (M1).
   A band of round numbers (20000-40000) has the digits of a phone number and is none.
   Arguments: expr (text; a plain column)
   Example:   {{ without_contact_data('search_term') }} as search_term #}
{% macro without_contact_data(expr) -%}
    case
        when {{ matches_regex(expr, '^[0-9]*00 ?- ?[0-9]*00$') }} then {{ expr }}
        when {{ expr }} like '%@%' or {{ normalise_phone(expr) }} is not null then '<removed>'
        else {{ expr }}
    end
{%- endmacro %}
