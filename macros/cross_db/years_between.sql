{# Whole years from one date to another, as an integer: an age by birthdays. Who was born on 29 February is a year older on 1 March of
   a common year.
   Arguments: earlier, later (dates)
   Example:   {{ years_between('birth_date', local_date(as_of(), default_timezone())) }} as age #}
{% macro years_between(earlier, later) -%}
    cast(
        extract(year from {{ later }}) - extract(year from {{ earlier }})
        - case
            when extract(month from {{ later }}) * 100 + extract(day from {{ later }})
                < extract(month from {{ earlier }}) * 100 + extract(day from {{ earlier }}) then 1
            else 0
        end
        as integer
    )
{%- endmacro %}
