{# The SHA-256 of the UTF-8 bytes of a text, as 64 lower-case hexadecimal characters; null for null.
   Arguments: expr (text)
   Example:   {{ sha256_hex('email') }} as email_sha256 #}
{% macro sha256_hex(expr) -%}
    {{ adapter.dispatch('sha256_hex', 'tekil')(expr) }}
{%- endmacro %}

{% macro default__sha256_hex(expr) -%}
    sha256({{ expr }})
{%- endmacro %}

{% macro duckdb__sha256_hex(expr) -%}
    {{ tekil.default__sha256_hex(expr) }}
{%- endmacro %}

{% macro postgres__sha256_hex(expr) -%}
    encode(sha256(convert_to({{ expr }}, 'UTF8')), 'hex')
{%- endmacro %}
