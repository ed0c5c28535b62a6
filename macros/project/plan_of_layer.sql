{# The plan of the layer that the running model is of: what says whether this run renews. Identity and staging have one, profiles and segments another,
   since the second may have to be made anew (the clock went back, a seed of theirs changed) where the first need not.
   Example:   {% set plan = tekil.plan_of_layer() %} #}
{% macro plan_of_layer() %}
    {% if model.fqn[1] in ['profiles', 'segments'] %}
        {{ return(ref('int_profiles__reads_planned')) }}
    {% endif %}
    {{ return(ref('int_staging__reads_planned')) }}
{% endmacro %}
