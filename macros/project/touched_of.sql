{# The touched rows of a relation or a CTE; see touched.
   Arguments: relation (relation, or name of a CTE), by (name of the model that lists the touched keys), keys (list of columns that both have, or
              'column = other_column' where they bear other names)
   Example:   select * from {{ touched_of('unioned', by='int_staging__origins_touched', keys=['origin']) }} #}
{% macro touched_of(relation, by, keys) %}
    {# a unit test gives what it reads, and renews nothing #}
    {% set listed = ref(by) if model.resource_type != 'unit_test' else none %}
    {% if not is_renewed() %}
        {{ return(relation) }}
    {% else %}
    {% set told %}
        (
            select whole.*
            from {{ relation }} as whole
            inner join (select distinct {% for key in keys %}{{ key.split(' = ') | last }}{{ ', ' if not loop.last }}{% endfor %} from {{ listed }}) as listed
                on {% for key in keys %}whole.{{ key.split(' = ') | first }} = listed.{{ key.split(' = ') | last }}{{ ' and ' if not loop.last }}{% endfor %}
        ) as touched_rows
    {% endset %}
    {{ return(told) }}
    {% endif %}
{% endmacro %}
