{# Whether time alone moved a moment out of a window since the last run: windows are half open and count back from the clock, so a moment leaves one of W days
   between the two clocks where it lies in (former clock - W, clock - W]. What changed otherwise is told by changes_of. False where everything is made anew.
   The bounds are written as literals, so that an engine skips what lies outside of them.
   Arguments: moment (column), windows (list of numbers of days, or of scalar subqueries)
   Example:   select customer_id from events where {{ aged('occurred_at', [7, 30]) }} #}
{% macro aged(moment, windows) -%}
    {%- set plan = ref('int_profiles__reads_planned') -%}
    {%- set spans = [] -%}
    {%- if is_renewed() -%}
        {%- set asked -%}
            select
                {%- for days in windows %}
                {{ add_days('former_as_of', '-' ~ days) }} as former_{{ loop.index }},
                {{ add_days(as_of(), '-' ~ days) }} as present_{{ loop.index }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ plan }}
        {%- endset -%}
        {%- set bounds = run_query(asked).rows[0] -%}
        {%- for days in windows -%}
            {%- set span = "(" ~ moment ~ " > cast('" ~ bounds[2 * loop.index0] ~ "' as timestamp) and " ~ moment ~ " <= cast('" ~ bounds[2 * loop.index0 + 1] ~ "' as timestamp))" -%}
            {%- do spans.append(span) if span not in spans -%}
        {%- endfor -%}
    {%- endif -%}
    {{ '(' ~ spans | join(' or ') ~ ')' if spans else 'false' }}
{%- endmacro %}
