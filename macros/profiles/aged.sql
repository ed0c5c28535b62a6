{# Whether time alone moved a moment out of a window since the last run: windows are half open and count back from the clock, so a moment leaves one of W days
   between the two clocks where it lies in (former clock - W, clock - W]. What changed otherwise is told by changes_of. False where everything is made anew.
   The plan (int_profiles__reads_planned, one row) must stand beside the moment under the name plan.
   Arguments: moment (column), windows (list of numbers of days, or of scalar subqueries)
   Example:   select events.customer_id from events cross join plan where {{ aged('events.occurred_at', [7, 30]) }} #}
{% macro aged(moment, windows) -%}
    {%- if not is_renewed() -%}
    false
    {%- else -%}
    (
        {%- for days in windows %}
        ({{ moment }} > {{ add_days('plan.former_as_of', '-' ~ days) }} and {{ moment }} <= {{ add_days(as_of(), '-' ~ days) }})
        {%- if not loop.last %}
        or
        {%- endif %}
        {%- endfor %}
    )
    {%- endif -%}
{%- endmacro %}
