{# The ISO 3166 two-letter code of a country given by code or by name (English, Turkish, German); null when we do not know it.
   Arguments: expr (text; a plain column)
   Example:   {{ normalise_country('country') }} as country #}
{% macro normalise_country(expr) -%}
    {%- set pairs = [] -%}
    {%- for country in country_names() -%}
        {%- set code = country[0] -%}
        {#- codes are written in capitals in the list, and arrive folded -#}
        {%- for name in country -%}{%- do pairs.append([name | lower, code]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ look_up(normalise_name(expr), pairs) }}
{%- endmacro %}
