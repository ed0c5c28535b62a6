{# Put the answer of a query in the place of a working table that the query reads.
   Arguments: prefix (of the working tables), name (of the table, without it), query
   Example:   {% do tekil.retell('p1', 'links', 'select * from p1_links where u <> v') %} #}
{% macro retell(prefix, name, query) %}
    {% do run_query('create temporary table ' ~ prefix ~ '_' ~ name ~ '_next as ' ~ query) %}
    {% do run_query('drop table ' ~ prefix ~ '_' ~ name) %}
    {% do run_query('alter table ' ~ prefix ~ '_' ~ name ~ '_next rename to ' ~ prefix ~ '_' ~ name) %}
{% endmacro %}
