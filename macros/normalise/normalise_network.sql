{# The network that an internet address belongs to. `line` is what one home or office has: the IPv4 address itself, the /64 of an IPv6 address,
   whose last half a device changes at will. `range` is the provider's range around it: /24 and /48. Null for what is no public
   address: words, octets over 255, private, loopback, link-local and carrier-internal (100.64.0.0/10) addresses.
   Arguments: expr (text; written several times, so pass a plain column), part ('line' or 'range')
   Example:   {{ normalise_network('ip_address', 'range') }} as network_range #}
{% macro normalise_network(expr, part) -%}
    {%- if part not in ('line', 'range') -%}
        {{ exceptions.raise_compiler_error("normalise_network: part is 'line' or 'range', not '" ~ part ~ "'") }}
    {%- endif -%}
    {#- an IPv4 address written as IPv6 (::ffff:1.2.3.4) is an IPv4 address -#}
    {%- set address = rewrite(expr, [['^::[fF]{4}:', ''], ['^ +| +$', '']]) -%}
    {%- set octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' -%}
    {%- set private = '^(?:0|10|127|169[.]254|192[.]168|172[.](?:1[6-9]|2[0-9]|3[01])|100[.](?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])|22[4-9]|2[3-5][0-9])[.]' -%}
    {%- set groups = 3 if part == 'line' else 2 -%}
    case
        when {{ matches_regex(address, '^' ~ octet ~ '(?:[.]' ~ octet ~ '){3}$') }}
            then case
                when not {{ matches_regex(address, private) }}
                    then {{ rewrite(address, [['[.][0-9]+$', '.0/24']]) if part == 'range' else address }}
            end
        {#- two thousand to three thousand: the addresses that are handed out #}
        when {{ matches_regex(address, '^[23][0-9a-fA-F]{3}(?::[0-9a-fA-F]{1,4}){7}$') }}
            or {{ matches_regex(address, '^[23][0-9a-fA-F]{3}(?::[0-9a-fA-F]{1,4}){0,6}::(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5})?$') }}
            then {{ rewrite(
                fold_letters(expr),
                [
                    ['^ +| +$', ''],
                    ['::.*$', ':0:0:0'],
                    ['(^|:)0+([0-9a-f])', '\\1\\2'],
                    ['^([0-9a-f]+(:[0-9a-f]+){' ~ groups ~ '}).*$', '\\1::/' ~ (64 if part == 'line' else 48)],
                ]
            ) }}
    end
{%- endmacro %}
