{# Put the answer of a query in the place of a working table that the query reads. One call of three statements: tables of this kind are small and many, and
   asking costs more than answering.
   Arguments: prefix (of the working tables), name (of the table, without it), query
   Example:   {% do tekil.retell('p1', 'links', 'select * from p1_links where u <> v') %} #}
{% macro retell(prefix, name, query) %}
    {% set told = prefix ~ '_' ~ name %}
    {% do run_query('create temporary table ' ~ told ~ '_next as ' ~ query ~ '; drop table ' ~ told ~ '; alter table ' ~ told ~ '_next rename to ' ~ told) %}
{% endmacro %}
