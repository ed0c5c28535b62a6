{# Read a setting: the environment first (it changes without a re-parse of the whole project), then the var.
   Arguments: variable (name of the environment variable), name (name of the var)
   Example:   {{ setting('TEKIL_CURRENCY', 'base_currency') }} #}
{% macro setting(variable, name) -%}
    {{ return(env_var(variable, '') or var(name)) }}
{%- endmacro %}
