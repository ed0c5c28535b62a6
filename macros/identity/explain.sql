{# Print why two identifiers are one customer: the shortest chain of evidence between them, and which of its links are bridges; or,
   where they are not one customer, which links between the two were refused (I9).
   Arguments: left, right (an identifier_key, a type and its compared value with a colon between, or a customer_id for any of its identifiers)
   Errors:    an identifier that nothing names raises.
   Prints:    types, the first eight characters of keys, evidence (source/table/record), times; no values.
   Example:   dbt run-operation explain --args '{left: "email:ada@posta.com.tr", right: "account_id:7"}' #}
{% macro explain(left, right) %}
    {% set ends = [tekil.identifier_of(left), tekil.identifier_of(right)] %}
    {% set lines = [] %}
    {% if ends[0].customer_id is none or ends[1].customer_id is none or ends[0].customer_id != ends[1].customer_id %}
        {% do lines.append(tekil.short_name(ends[0]) ~ ' is ' ~ (ends[0].customer_id or 'nobody') ~ ', ' ~ tekil.short_name(ends[1]) ~ ' is ' ~ (ends[1].customer_id or 'nobody') ~ ': they are not one customer.') %}
        {% set refused = run_query(
            "select distinct guard, detail, evidence from " ~ ref('identity_refusals')
            ~ " where (identifier_key = '" ~ ends[0].key ~ "' and (other_identifier_key = '" ~ ends[1].key ~ "' or guard in ('denylist', 'bad_value', 'limit')))"
            ~ " or (identifier_key = '" ~ ends[1].key ~ "' and (other_identifier_key = '" ~ ends[0].key ~ "' or guard in ('denylist', 'bad_value', 'limit')))"
            ~ " order by 1, 2, 3 limit 10"
        ).rows %}
        {% for row in refused %}
            {% do lines.append('  refused by ' ~ row[0] ~ ': ' ~ row[1] ~ (' (' ~ row[2] ~ ')' if row[2] else '')) %}
        {% endfor %}
    {% elif ends[0].key == ends[1].key %}
        {% do lines.append('Both are the same identifier.') %}
    {% else %}
        {% set steps = tekil.shortest_chain(ends[0], ends[1]) %}
        {% do lines.append(tekil.short_name(ends[0]) ~ ' and ' ~ tekil.short_name(ends[1]) ~ ' are customer ' ~ ends[0].customer_id ~ ', over ' ~ (steps | length) ~ ' link' ~ ('s' if steps | length > 1 else '') ~ ':') %}
        {% for step in steps %}
            {% do lines.append('  ' ~ loop.index ~ '. ' ~ step.from_name ~ ' - ' ~ step.to_name ~ ': ' ~ step.rule ~ ', ' ~ step.evidence ~ ', first ' ~ (step.first_seen_at or 'at an unknown time') ~ ', probability ' ~ step.match_probability ~ (' (bridge)' if step.is_bridge else '')) %}
        {% endfor %}
    {% endif %}
    {% for line in lines %}
        {% do print(line) %}
    {% endfor %}
    {{ return(lines) }}
{% endmacro %}
