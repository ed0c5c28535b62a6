{# The ISO 3166 two-letter code of a country given by code or by name (English, Turkish, German); null when we do not know it.
   Arguments: expr (text; a plain column)
   Example:   {{ normalise_country('country') }} as country #}
{% macro normalise_country(expr) -%}
    {%- set pairs = [] -%}
    {%- set codes = [['UK', 'GB']] -%}
    {%- for country in country_names() -%}
        {%- set code = country[0] -%}
        {%- do codes.append([code, code]) -%}
        {#- codes are written in capitals in the list, and arrive folded #}
        {%- for name in country -%}{%- do pairs.append([name | lower, code]) -%}{%- endfor -%}
    {%- endfor -%}
    case
        {#- most sources send the code itself, which needs no folding and a short table #}
        when {{ matches_regex(expr, '^[A-Z][A-Z]$') }} then {{ look_up(expr, codes) }}
        else {{ look_up(normalise_name(expr), pairs) }}
    end
{%- endmacro %}
