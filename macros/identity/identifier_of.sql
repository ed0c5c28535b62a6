{# What is known of an identifier that a person wrote: a dict of key, type and customer_id.
   Arguments: given (text: an identifier_key, a type and its compared value with a colon between, or a customer_id for its oldest identifier)
   Errors:    one that no evidence names raises.
   Example:   {% set left = tekil.identifier_of('account_id:7') %} #}
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
