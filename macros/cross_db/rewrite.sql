{# Apply a list of regular-expression replacements to a text, from the first to the last.
   Every step replaces all matches. The expression is written once, so the result grows with the steps, not with their power.
   Arguments: expr (text), steps (list of [pattern, replacement]; syntax as in matches_regex; \\1 names a group in a Jinja string)
   Example:   {{ rewrite('title', [[' +', ' '], ['^ | $', '']]) }} as title #}
{% macro rewrite(expr, steps) -%}
    {%- set written = namespace(sql=expr) -%}
    {%- for pattern, replacement in steps -%}
        {#- g: every match; s: the dot matches a line end too (PostgreSQL's habit, asked of RE2) -#}
        {%- set written.sql = "regexp_replace(" ~ written.sql
            ~ ", '" ~ pattern | replace("'", "''")
            ~ "', '" ~ replacement | replace("'", "''") ~ "', 'gs')" -%}
    {%- endfor -%}
    {{ return(written.sql) }}
{%- endmacro %}
