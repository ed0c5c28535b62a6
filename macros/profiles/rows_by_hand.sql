{# How many rows of landed tables the loader did not count: where the number moves, rows were added or deleted by hand.
   Arguments: tables (list of the staging view without stg_, source, table)
   Returns:   text of a query with the columns view_name, drift (rows that stand less rows loaded), in order
   Example:   {% set counted = tekil.rows_by_hand([('zendesk__tickets', 'zendesk', 'tickets')]) %} #}
{% macro rows_by_hand(tables) %}
    {% set query %}
        {% for view, source_name, table_name in tables %}
        select
            '{{ view }}' as view_name,
            (select count(*) from {{ ref('stg_' ~ view) }})
            - (select coalesce(sum(rows_loaded), 0) from {{ source('ops', 'load_files') }} where source = '{{ source_name }}' and table_name = '{{ table_name }}') as drift
        {{ 'union all' if not loop.last else 'order by 1' }}
        {% endfor %}
    {% endset %}
    {{ return(query) }}
{% endmacro %}
