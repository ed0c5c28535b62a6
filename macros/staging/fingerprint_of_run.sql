{# One hash of everything beside the landed rows that the models of some folders (staging and identity) depend on: the rows of the rules they read, the settings, the
   text of the models, and that of all macros where the run was started by make or Dagster (dbt by itself cannot tell it).
   Arguments: rules (list of seeds, as relations), folders (of models whose text counts), beside (list of further texts)
   Example:   {% set fingerprint = tekil.fingerprint_of_run([ref('identifier_types')]) %} #}
{% macro fingerprint_of_run(rules, folders=['staging', 'identity'], beside=[]) %}
    {% set parts = [setting('TEKIL_PHONE_REGION', 'phone_region'), setting('TEKIL_TIMEZONE', 'default_timezone'), setting('TEKIL_KNOWN_AT', 'known_at') | string, env_var('TEKIL_MACROS', '')] %}
    {% for rule in rules %}
        {% set columns = adapter.get_columns_in_relation(rule) | map(attribute='name') | sort %}
        {% set told %}
            select md5(coalesce(string_agg(row_hash, '' order by row_hash), ''))
            from (
                select md5({% for column in columns %}coalesce(cast({{ column }} as {{ dbt.type_string() }}), '-'){{ " || '|' || " if not loop.last }}{% endfor %}) as row_hash
                from {{ rule }}
            ) as hashed
        {% endset %}
        {% do parts.append(run_query(told).rows[0][0]) %}
    {% endfor %}
    {% do parts.append(run_query('select md5(salt) from ' ~ source('raw', 'identifier_salt')).rows[0][0]) %}
    {% for node in graph.nodes.values() | sort(attribute='unique_id') if node.resource_type == 'model' and node.fqn[1] in folders %}
        {% do parts.append(node.checksum.checksum) %}
    {% endfor %}
    {{ return(local_md5((parts + beside) | join('|'))) }}
{% endmacro %}
