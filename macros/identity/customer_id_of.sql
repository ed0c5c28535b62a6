{# The customer id that an identifier founds: text, opaque, the same on every engine.
   Arguments: key (expression of an identifier_key)
   Example:   {{ customer_id_of('founders.identifier_key') }} as customer_id #}
{% macro customer_id_of(key) -%}
    'cus_' || substr(md5('customer:' || {{ key }}), 1, 20)
{%- endmacro %}
