{# The lists of touched customers whose events a renewal cuts out of the stream (int_profiles__events_reread): the middle word of the models' names.
   Example:   {% for list in tekil.reread_lists() %}{{ ref('int_profiles__' ~ list ~ '_touched') }}{% endfor %} #}
{% macro reread_lists() %}
    {{ return(['behaviour', 'habits', 'interests', 'answers', 'carts', 'visits']) }}
{% endmacro %}
