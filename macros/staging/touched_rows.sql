{# The rows of a landed table whose origin int_staging__origins_touched lists.
   Arguments: raw_name (name of the table in raw)
   Errors:    a table without a row in evidence_origins stops the build with a sentence.
   Example:   select * from {{ tekil.touched_rows('crm__contacts') }} #}
{% macro touched_rows(raw_name) %}
    {% set found = [] %}
    {% for table in tekil.evidence_origins() if table.source ~ '__' ~ table.table_name == raw_name %}
        {% do found.append(table) %}
    {% endfor %}
    {% if not found %}
        {{ exceptions.raise_compiler_error("evidence is read from raw." ~ raw_name ~ ", which macros/staging/evidence_origins.sql does not name: add it there, with the column that tells its records apart") }}
    {% endif %}
    {% set table = found[0] %}
    {% set told %}
        (
            select landed.*
            from (
                select
                    landed.*,
                    {%- for origin in table.origins %}
                    {{ origin }} as _origin_{{ loop.index }}{{ ',' if not loop.last }}
                    {%- endfor %}
                from {{ source('raw', raw_name) }} as landed
            ) as landed
            {%- for origin in table.origins %}
            left join {{ ref('int_staging__origins_touched') }} as touched_{{ loop.index }}
                on landed._origin_{{ loop.index }} = touched_{{ loop.index }}.origin
                and touched_{{ loop.index }}.source = '{{ table.source }}'
                and touched_{{ loop.index }}.table_name = '{{ table.table_name }}'
            {%- endfor %}
            where {% for origin in table.origins %}touched_{{ loop.index }}.origin is not null{{ ' or ' if not loop.last }}{% endfor %}
        ) as {{ raw_name }}
    {% endset %}
    {{ return(told) }}
{% endmacro %}
