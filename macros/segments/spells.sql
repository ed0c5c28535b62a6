{# Merge overlapping and touching intervals into spells of membership, one model's history in one query.
   An interval is half open: [starts_at, ends_at); one that ends before or when it starts is none.
   Arguments: intervals (name of a CTE with customer_id, starts_at, ends_at, reason, and what the others ask for),
              segment (name of the segment; none: the intervals carry it in a column `segment`, several in one model),
              by_value (true: the intervals carry a column `value`, and each value has spells of its own),
              ended_by (expression for what ends a spell, where it is always the same; none: the intervals carry it in a column `ended_by`)
   Columns:   customer_id, segment, value, reason (of the interval that opened the spell), exit_reason (of the one that ends it; null
              while nothing but an act of the customer could), entered_at, left_at (may lie in the future: the moment the member
              leaves if nothing happens)
   Example:   select * from ({{ spells('windows', 'new') }}) as spells #}
{% macro spells(intervals, segment=none, by_value=false, ended_by=none) -%}
    {%- set keys = ['customer_id'] + ([] if segment else ['segment']) + (['value'] if by_value else []) -%}
    select
        opened.customer_id,
        {{ "'" ~ segment ~ "'" if segment else 'opened.segment' }} as segment,
        {{ 'opened.value' if by_value else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as value,
        opened.reason,
        {%- if ended_by %}
        case when opened.left_at < {{ far_future() }} then {{ ended_by }} end as exit_reason,
        {%- else %}
        case when opened.left_at < {{ far_future() }} then endings.ended_by end as exit_reason,
        {%- endif %}
        opened.entered_at,
        opened.left_at
    from (
        {#- the ends before a spell's opening are those of the spells before it, so the next opening knows when this spell ended -#}
        select
            {%- for key in keys %}
            {{ key }},
            {%- endfor %}
            reason,
            starts_at as entered_at,
            coalesce(
                lead(ends_before) over (
                    partition by {{ keys | join(', ') }}
                    order by starts_at
                ),
                ends_last
            ) as left_at
        from (
            select
                valid.*,
                max(ends_at) over (
                    partition by {{ keys | join(', ') }}
                    order by starts_at, ends_at, {{ binary_order('reason') }}
                    rows between unbounded preceding and 1 preceding
                ) as ends_before,
                max(ends_at) over (partition by {{ keys | join(', ') }}) as ends_last
            from {{ intervals }} as valid
            where ends_at > starts_at
        ) as walked
        where
            ends_before is null
            or ends_before < starts_at
    ) as opened
    {%- if not ended_by %}
    left join (
        select
            {%- for key in keys %}
            {{ key }},
            {%- endfor %}
            ends_at,
            min({{ binary_order('ended_by') }}) as ended_by
        from {{ intervals }} as valid
        where ends_at > starts_at
        group by
            {%- for key in keys %}
            {{ key }},
            {%- endfor %}
            ends_at
    ) as endings
        on opened.left_at = endings.ends_at
        {%- for key in keys %}
        and opened.{{ key }} = endings.{{ key }}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
