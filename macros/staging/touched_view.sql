{# A staging view that gives evidence, over touched landed rows alone in a renewal: the very text of the views, with the raw table at its bottom cut down to the
   rows whose origin int_staging__origins_touched lists. Else the view. It stands where a relation stands.
   Arguments: name (of the staging view)
   Example:   select * from {{ touched_view('stg_crm__identifiers') }} #}
{% macro touched_view(name) %}
    {% set view = ref(name) %}
    {% if not is_renewed() %}
        {{ return(view) }}
    {% endif %}
    {{ return(tekil.view_of_touched(name)) }}
{% endmacro %}
