{# Print why two identifiers are one customer: the shortest chain of evidence between them, and which of its links are bridges; or,
   where they are not one customer, which links between the two were refused (I9). Run it as
     dbt run-operation explain --args '{left: "email:ada@posta.com.tr", right: "account_id:7"}'
   Arguments: left, right (an identifier_key, a type and its compared value with a colon between, or a customer_id for any of its identifiers)
   Errors:    an identifier that nothing names raises.
   Prints:    types, the first eight characters of keys, evidence (source/table/record), times; no values. #}
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


{# What is known of an identifier given by key, by type and value, or by customer: a dict of key, type and customer_id. #}
{% macro identifier_of(given) %}
    {% set quoted = given | string | replace("'", "''") %}
    {% if modules.re.match('^[0-9a-f]{32}$', given) %}
        {% set condition = "identifiers.identifier_key = '" ~ quoted ~ "'" %}
    {% elif given.startswith('cus_') %}
        {% set condition = "identity_map.customer_id = '" ~ quoted ~ "'" %}
    {% elif ':' in given %}
        {% set condition = "identifiers.identifier_type = '" ~ quoted.split(':')[0] ~ "' and identifiers.identifier_value = '" ~ quoted.split(':')[1:] | join(':') ~ "'" %}
    {% else %}
        {{ exceptions.raise_compiler_error("'" ~ given ~ "' is no identifier: give a type and a value such as email:ada@posta.com.tr, an identifier_key, or a customer_id.") }}
    {% endif %}
    {% set found = run_query(
        "select identifiers.identifier_key, identifiers.identifier_type, identity_map.customer_id from " ~ ref('identifiers') ~ " as identifiers left join " ~ ref('identity_map')
        ~ " as identity_map on identifiers.identifier_key = identity_map.identifier_key where " ~ condition ~ " order by identity_map.first_seen_at, identifiers.identifier_key limit 1"
    ).rows %}
    {% if found | length == 0 %}
        {{ exceptions.raise_compiler_error('One of the two is an identifier that no evidence names: give it in the form it is compared in (docs/identity.md, "Whose is this e-mail?").') }}
    {% endif %}
    {{ return({'key': found[0][0], 'type': found[0][1], 'customer_id': found[0][2]}) }}
{% endmacro %}


{% macro short_name(identifier) %}
    {{ return(identifier.type ~ ' ' ~ identifier.key[:8]) }}
{% endmacro %}


{# The links of the shortest chain between two identifiers of one customer, in order, as dicts; breadth first from the left one. #}
{% macro shortest_chain(left, right) %}
    {% set links = run_query(
        "select identifier_key, other_identifier_key, identifier_type, other_identifier_type, rule, evidence, first_seen_at, match_probability, is_bridge from " ~ ref('identity_links')
        ~ " where customer_id = '" ~ left.customer_id ~ "' order by 1, 2"
    ).rows %}
    {% set neighbours = {} %}
    {% for link in links %}
        {% do neighbours.setdefault(link[0], []).append((link[1], loop.index0)) %}
        {% do neighbours.setdefault(link[1], []).append((link[0], loop.index0)) %}
    {% endfor %}
    {% set reached = {left.key: none} %}
    {% set frontier = namespace(keys=[left.key]) %}
    {% for round in range(links | length) %}
        {% if frontier.keys and right.key not in reached %}
            {% set beyond = [] %}
            {% for key in frontier.keys %}
                {% for neighbour in neighbours.get(key, []) %}
                    {% if neighbour[0] not in reached %}
                        {% do reached.update({neighbour[0]: (key, neighbour[1])}) %}
                        {% do beyond.append(neighbour[0]) %}
                    {% endif %}
                {% endfor %}
            {% endfor %}
            {% set frontier.keys = beyond %}
        {% endif %}
    {% endfor %}
    {% set chain = [] %}
    {% set walk = namespace(key=right.key) %}
    {% for round in range(links | length) %}
        {% if walk.key != left.key and reached.get(walk.key) %}
            {% set back = reached[walk.key] %}
            {% set link = links[back[1]] %}
            {% set types = {link[0]: link[2], link[1]: link[3]} %}
            {% do chain.insert(0, {
                'from_name': types[back[0]] ~ ' ' ~ back[0][:8], 'to_name': types[walk.key] ~ ' ' ~ walk.key[:8],
                'rule': link[4], 'evidence': link[5], 'first_seen_at': link[6], 'match_probability': link[7], 'is_bridge': link[8],
            }) %}
            {% set walk.key = back[0] %}
        {% endif %}
    {% endfor %}
    {{ return(chain) }}
{% endmacro %}
