{# A gender as female, male or other, from the words and letters that sources use; null when it says nothing we know.
   Numbers are not read: sources disagree about them.
   Arguments: expr (text; a plain column)
   Example:   {{ normalise_gender('gender') }} as gender #}
{% macro normalise_gender(expr) -%}
    {%- set words = {
        'female': ['female', 'f', 'woman', 'w', 'weiblich', 'frau', 'kadin', 'k', 'kiz', 'bayan', 'hanim', 'mrs', 'ms', 'miss', 'girl', 'femme', 'feminine'],
        'male': ['male', 'm', 'man', 'mannlich', 'maennlich', 'mann', 'herr', 'erkek', 'e', 'bay', 'bey', 'mr', 'boy', 'homme', 'masculine'],
        'other': ['other', 'o', 'x', 'd', 'divers', 'diger', 'nonbinary', 'non binary', 'nb', 'diverse'],
    } -%}
    {%- set pairs = [] -%}
    {%- for gender, spellings in words.items() -%}
        {%- for spelling in spellings -%}{%- do pairs.append([spelling, gender]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ look_up(normalise_name(expr), pairs) }}
{%- endmacro %}
