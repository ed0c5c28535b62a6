{# Materialization: a table that costs what changed. Where the run makes everything anew (is_renewed is false) it is a table like any other. Else the
   model's query gives the rows of the touched keys alone (see the macro touched), and what differs is put in the place of what stood: rows
   of a key that is no longer there go, and a key whose rows are as they were (told by a fingerprint of each) stays untouched. What went and came is kept beside the
   table, for the models that ask for it (see changes_of). Delete, insert and what is kept of them are one transaction.

   Without touched the query is run whole and compared whole: for a small table whose changes others have to know.

   Where no model asks for the changes, the rows of touched keys are not compared, but replaced: nothing of what stood is read.

   With told they are replaced too: for a wide table of events whose list names little but what did change. Of what stood
   only the columns told are then read and kept, which spares most of the reading.

   Config:   touched (name of the model that lists the touched keys, which the query must read too; or nothing)
             touched_keys (columns that list and table share, or 'column = listed_column'; all rows of a listed key are looked at)
             keys (columns by which rows are compared and replaced; the same, or finer; never null; default: touched_keys)
             told (columns that changes_of gives, keys among them; needs touched, and keys that are touched_keys; default: compare, and tell all columns)
             most (share of the table's rows: where the list has more, the table is made anew, which is cheaper then; nobody may ask for its changes_of)
   Columns:  those of the query #}
{% materialization renewed, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set building_relation = make_intermediate_relation(target_relation) -%}
    {%- set changes_relation = tekil.changes_relation(this) -%}
    {%- set prefix = 'tekil_' ~ local_md5(this.identifier ~ invocation_id)[:8] -%}
    {%- set touched_keys = config.get('touched_keys') -%}
    {%- set keys = config.get('keys') or touched_keys -%}
    {%- set told = config.get('told') -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% do note_unplanned_run() %}
    {% do run_query('drop table if exists ' ~ changes_relation) %}

    {% if is_renewed() %}
        {% set contract = config.get('contract') %}
        {% do run_query('create temporary table ' ~ prefix ~ '_fresh as ' ~ (get_select_subquery(sql) if contract and contract.enforced else sql)) %}
        {% set listed %}
            select distinct {% for key in touched_keys or [] %}{{ key.split(' = ') | last }} as {{ key.split(' = ') | first }}{{ ', ' if not loop.last }}{% endfor %}
            from {{ ref(config.get('touched')) if config.get('touched') }}
        {% endset %}
        {% set is_told = are_changes_read(this.identifier) %}
        {% set is_replaced = config.get('touched') and (told or not is_told) %}
        {% set is_addressed = (told or all_but('former', 'tekil_address')) and (is_told or not is_replaced) %}
        {% set temporary = [prefix ~ '_fresh'] %}
        {% if is_told or not is_replaced %}
            {% set find_former %}
                create temporary table {{ prefix }}_former as
                select {% if told %}whole.{{ told | join(', whole.') }}{% else %}whole.*{% endif %}{% if is_addressed %}, {{ row_address('whole') }} as tekil_address{% endif %}
                from {{ existing_relation }} as whole
                {% if config.get('touched') %}
                inner join ({{ listed }}) as listed
                    on {% for key in touched_keys %}whole.{{ key.split(' = ') | first }} = listed.{{ key.split(' = ') | first }}{{ ' and ' if not loop.last }}{% endfor %}
                {% endif %}
            {% endset %}
            {# an address holds for one transaction, which begins here and ends with the commit #}
            {% call statement('find_former') %}{{ find_former }}{% endcall %}
            {% do temporary.append(prefix ~ '_former') %}
        {% endif %}
        {% if is_replaced %}
            {% set keys = [] %}
            {% for key in touched_keys %}{% do keys.append(key.split(' = ') | first) %}{% endfor %}
            {% set find_moved = listed %}
        {% else %}
            {% set find_moved %}
                select distinct {{ keys | join(', ') }}
                from (
                    select {{ keys | join(', ') }}, fingerprint
                    from (
                        select {{ keys | join(', ') }}, {{ row_fingerprint('fresh') }} as fingerprint, 1 as side from {{ prefix }}_fresh as fresh
                        union all
                        select {{ keys | join(', ') }}, {{ row_fingerprint('former') }} as fingerprint, -1 as side
                        from {% if is_addressed %}(select {{ all_but('rows_told', 'tekil_address') }} from {{ prefix }}_former as rows_told){% else %}{{ prefix }}_former{% endif %} as former
                    ) as both_sides
                    group by {{ keys | join(', ') }}, fingerprint
                    having sum(side) <> 0
                ) as differing
            {% endset %}
        {% endif %}
        {% if not (is_addressed and is_replaced) %}
            {% do run_query('create temporary table ' ~ prefix ~ '_moved as ' ~ find_moved) %}
            {% do temporary.append(prefix ~ '_moved') %}
        {% endif %}
        {% for name in temporary %}
            {% do gather_statistics(name) %}
        {% endfor %}
        {% set on_keys %}{% for key in keys %}rows_told.{{ key }} = moved.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}{% endset %}
        {% set only_moved = '' if is_replaced else 'inner join ' ~ prefix ~ '_moved as moved on ' ~ on_keys %}
        {% if is_told %}
            {% set told_columns = 'rows_told.' ~ (told | join(', rows_told.') if told else '*') %}
            {% set keep_changes %}
                create table {{ changes_relation }} as
                select {{ all_but('rows_told', 'tekil_address') if is_addressed and not told else told_columns }}, false as is_standing from {{ prefix }}_former as rows_told {{ only_moved }}
                union all
                select {{ told_columns }}, true as is_standing from {{ prefix }}_fresh as rows_told {{ only_moved }}
            {% endset %}
            {% do run_query(keep_changes) %}
        {% endif %}
        {% call statement('delete_moved') -%}
            {% if is_addressed -%}
            delete from {{ existing_relation }} as whole
            using (select rows_told.tekil_address from {{ prefix }}_former as rows_told {{ only_moved }}) as former
            where {{ row_address('whole') }} = former.tekil_address
            {%- else -%}
            delete from {{ existing_relation }} as rows_told using {{ prefix }}_moved as moved where {{ on_keys }}
            {%- endif %}
        {%- endcall %}
        {% call statement('main') -%}
            insert into {{ existing_relation }}
            select rows_told.* from {{ prefix }}_fresh as rows_told {{ only_moved }}
        {%- endcall %}
        {% for name in temporary %}
            {% do run_query('drop table ' ~ name) %}
        {% endfor %}
    {% else %}
        {% do adapter.drop_relation(building_relation) if load_cached_relation(building_relation) is not none %}
        {% call statement('main') -%}
            {{ get_create_table_as_sql(False, building_relation, sql) }}
        {%- endcall %}
        {% if existing_relation is not none %}
            {% do adapter.drop_relation(existing_relation) %}
        {% endif %}
        {% do adapter.rename_relation(building_relation, target_relation) %}
        {% do persist_docs(target_relation, model) %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% if is_renewed() %}
        {% do commit_deleted(target_relation) %}
    {% else %}
        {% do adapter.commit() %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
