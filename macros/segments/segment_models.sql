{# The files of models/segments that say who is in a segment: all that are united (int_segments__spells_unioned). A file that is not listed here has no members.
   Example:   {% for model in segment_models() %} #}
{% macro segment_models() -%}
    {% set models = [
        'new',
        'active',
        'at_risk',
        'lost',
        'vip',
        'viewed_not_bought',
        'cart_forgotten',
        'active_7_days',
        'rfm',
        'engagement',
        'active_hours',
        'device',
        'buying_channel',
        'age',
        'gender',
        'frequency',
        'basket',
        'undecided',
        'interested_in_category',
        'searched_category',
        'category_affinity',
        'place',
        'prefers_category',
    ] -%}
    {{ return(models) }}
{%- endmacro %}
