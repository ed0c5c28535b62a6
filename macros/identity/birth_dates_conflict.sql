{# Whether two birth dates cannot be one person's: two of year, month and day differ, and it is not day and month swapped. One wrong part
   is a typing mistake; the first of January stands for "only the year is known", so two years may differ there by mistake too.
   Arguments: left, right (expressions, date, not null)
   Example:   where {{ birth_dates_conflict('lefts.birth_date', 'rights.birth_date') }} #}
{% macro birth_dates_conflict(left, right) -%}
    case
        when extract(month from {{ left }}) = 1 and extract(day from {{ left }}) = 1 then false
        when extract(month from {{ right }}) = 1 and extract(day from {{ right }}) = 1 then false
        when
            extract(year from {{ left }}) = extract(year from {{ right }})
            and extract(month from {{ left }}) = extract(day from {{ right }})
            and extract(day from {{ left }}) = extract(month from {{ right }})
            then false
        else
            (case when extract(year from {{ left }}) <> extract(year from {{ right }}) then 1 else 0 end)
            + (case when extract(month from {{ left }}) <> extract(month from {{ right }}) then 1 else 0 end)
            + (case when extract(day from {{ left }}) <> extract(day from {{ right }}) then 1 else 0 end)
            >= 2
    end
{%- endmacro %}
