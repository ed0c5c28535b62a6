{# The links of the shortest chain between two identifiers of one customer, in order, as dicts; breadth first from the left one.
   Arguments: left, right (dicts of identifier_of)
   Example:   {% set steps = tekil.shortest_chain(left, right) %} #}
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
