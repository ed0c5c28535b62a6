{# What the profile counts over its windows: the name in a column, and the kind of event (tracking_plan) behind it.
   Example:   {% for name, kind in counted_events().items() %} #}
{% macro counted_events() -%}
    {{ return({'views': 'view', 'searches': 'search', 'carts': 'cart', 'returns': 'return', 'service_contacts': 'service'}) }}
{%- endmacro %}
