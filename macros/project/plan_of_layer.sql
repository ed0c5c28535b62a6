{# The plan of the layer that the running model is of: what says whether this run renews. Identity and staging have one, profiles another,
   since the second may have to be made anew (the clock went back, a seed of theirs changed) where the first need not. Segments follow that of profiles.
   Example:   {% set plan = tekil.plan_of_layer() %} #}
{% macro plan_of_layer() %}
    {% set plans = {'profiles': 'int_profiles__reads_planned', 'segments': 'int_segments__reads_planned'} %}
    {{ return(ref(plans.get(model.fqn[1], 'int_staging__reads_planned'))) }}
{% endmacro %}
