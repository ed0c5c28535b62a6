{# The form of an e-mail address that matching compares: one value for the spellings that reach the same mailbox.
   A +tag is cut for every domain; at Gmail dots do not count and googlemail.com is gmail.com. Never send to this form.
   Arguments: expr (text, raw or already normalised; a plain column)
   Example:   {{ canonical_email('email') }} as email_canonical #}
{% macro canonical_email(expr) -%}
    {{ rewrite(normalise_email(expr), [
        ['^([^+@]+)[+][^@]*@', '\\1@'],
        ['@(?:gmail|googlemail)[.]com$', '@g'],
        ['^(.*@[^@]*[.][^@]+)$|[.]', '\\1'],
        ['@g$', '@gmail.com'],
    ]) }}
{%- endmacro %}
