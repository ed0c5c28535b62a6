{# The key under which an identifier is known everywhere outside the vault: a keyed double SHA-256, 32 hexadecimal characters.
   sha256(salt : sha256(salt : type : value)), cut to 128 bits; null when any part is null.
   Arguments: type_expr, value_expr, salt_expr (SQL expressions of type text; quote literals)
   Example:   {{ keyed_hash("'email'", 'email', 'salt') }} as identifier_key #}
{% macro keyed_hash(type_expr, value_expr, salt_expr) -%}
    {%- set inner_hash = sha256_hex(salt_expr ~ " || ':' || " ~ type_expr ~ " || ':' || " ~ value_expr) -%}
    substr({{ sha256_hex(salt_expr ~ " || ':' || " ~ inner_hash) }}, 1, 32)
{%- endmacro %}
