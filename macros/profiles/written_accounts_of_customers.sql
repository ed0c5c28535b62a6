{# The condition that a landed row names an account of a touched customer, however it is written: every spelling is freed of its blanks once, not every row.
   Arguments: raw_name (name of a table in raw that has a column user_id)
   Example:   where {{ tekil.written_accounts_of_customers('tracker__events') }} #}
{% macro written_accounts_of_customers(raw_name) %}
    {% set told %}
        user_id in (
            select written.user_id
            from (select distinct user_id from {{ source('raw', raw_name) }} where user_id is not null) as written
            where {{ strip_blanks('written.user_id') }} in {{ tekil.identifiers_of_customers('account_id') }}
        )
    {%- endset %}
    {{ return(told) }}
{% endmacro %}
