{# The files of models/segments whose segments have values (a category, a city): there a customer has spells for each value.
   Example:   {% for model in valued_segment_models() %} #}
{% macro valued_segment_models() -%}
    {{ return(['undecided', 'interested_in_category', 'searched_category', 'category_affinity', 'place', 'prefers_category']) }}
{%- endmacro %}
