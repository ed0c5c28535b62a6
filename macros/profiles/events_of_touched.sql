{# The events of customers that a list of touched ones names. A dozen steps look at them, so a renewal cuts them out of the stream once (int_profiles__events_reread);
   all events where the table is made anew. It stands where a relation stands.
   Arguments: by (name of the model that lists the touched customers; int_profiles__events_reread must read it too)
   Example:   select * from {{ tekil.events_of_touched(by='int_profiles__habits_touched') }} #}
{% macro events_of_touched(by) %}
    {% set stream = ref('customer_events') %}
    {# a unit test gives what it reads, and renews nothing #}
    {% set reread = ref('int_profiles__events_reread') if model.resource_type != 'unit_test' else none %}
    {{ return(tekil.touched_of(reread if is_renewed() else stream, by, ['customer_id'])) }}
{% endmacro %}
