{# The rows of a landed table that are of an order or a receipt which int_profiles__orders_touched lists.
   Arguments: raw_name (name of the table in raw)
   Errors:    a table that is not known here stops the build with a sentence.
   Example:   select * from {{ tekil.rows_of_orders('shop__order_lines') }} #}
{% macro rows_of_orders(raw_name) %}
    {% set keys = {'shop__orders': 'id', 'shop__order_lines': 'order_id', 'pos__receipts': 'receipt_id', 'pos__receipt_lines': 'receipt_id'} %}
    {% if raw_name not in keys %}
        {{ exceptions.raise_compiler_error("orders are read from raw." ~ raw_name ~ ", which macros/profiles/rows_of_orders.sql does not know: add the column there that names the order") }}
    {% endif %}
    {% set told %}
        (
            select *
            from {{ source('raw', raw_name) }}
            where {{ keys[raw_name] }} in (
                select listed.order_id
                from {{ ref('int_profiles__orders_touched') }} as listed
                where listed.source = '{{ raw_name.split('__') | first }}'
            )
        ) as {{ raw_name }}
    {% endset %}
    {{ return(told) }}
{% endmacro %}
