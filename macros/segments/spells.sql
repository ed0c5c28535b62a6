{# Merge overlapping and touching intervals into spells of membership, one segment's history in one query.
   An interval is half open: [starts_at, ends_at); one that ends before or when it starts is none.
   Arguments: intervals (name of a CTE with customer_id, starts_at, ends_at, reason)
   Columns:   customer_id, entered_at, left_at (may lie in the future: the moment the member leaves if nothing happens),
              reason (of the interval that opened the spell)
   Example:   select * from ({{ spells('windows') }}) as spells #}
{% macro spells(intervals) -%}
    select
        customer_id,
        min(starts_at) as entered_at,
        max(ends_at) as left_at,
        min(case when is_first = 1 then reason end) as reason
    from (
        select
            marked.*,
            sum(is_first) over (
                partition by customer_id
                order by starts_at, ends_at, {{ binary_order('reason') }}
                rows between unbounded preceding and current row
            ) as spell_number
        from (
            select
                valid.*,
                case
                    when max(ends_at) over (
                        partition by customer_id
                        order by starts_at, ends_at, {{ binary_order('reason') }}
                        rows between unbounded preceding and 1 preceding
                    ) >= starts_at then 0
                    else 1
                end as is_first
            from {{ intervals }} as valid
            where ends_at > starts_at
        ) as marked
    ) as numbered
    group by
        customer_id,
        spell_number
{%- endmacro %}
