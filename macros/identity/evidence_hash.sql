{# Names a piece of evidence that is no record by what it says: the md5 of its parts, each with its length before it, so that no value can
   pretend to be two.
   Arguments: columns (list of columns or expressions, text or castable to it)
   Example:   {{ evidence_hash(['phone', 'email_match']) }} as evidence_id #}
{% macro evidence_hash(columns) -%}
    md5(
        {%- for column in columns %}
        {{ "|| '|' || " if not loop.first }}coalesce(length(cast({{ column }} as {{ dbt.type_string() }})) || ':' || cast({{ column }} as {{ dbt.type_string() }}), '-')
        {%- endfor %}
    )
{%- endmacro %}
