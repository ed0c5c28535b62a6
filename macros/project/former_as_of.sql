{# The clock of the last run of the running model's layer, as a timestamp literal, so that an engine skips what lies before it. Null where everything is made anew:
   what asks whether something came since then finds nothing.
   Example:   where last_seen_at > {{ tekil.former_as_of() }} #}
{% macro former_as_of() %}
    {% set plan = tekil.plan_of_layer() %}
    {% if not is_renewed() %}
        {{ return('cast(null as timestamp)') }}
    {% endif %}
    {{ return("cast('" ~ run_query('select former_as_of from ' ~ plan).rows[0][0] ~ "' as timestamp)") }}
{% endmacro %}
