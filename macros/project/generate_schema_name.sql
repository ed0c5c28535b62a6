{# Name a schema by its layer alone, so that folder, schema, group and asset prefix are one word.
   Arguments: custom_schema_name (string or none), node (dbt node)
   Example:   a model under models/identity is built in schema identity, on every engine #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
