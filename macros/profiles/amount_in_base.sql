{# An amount in the base currency, as decimal(18, 4); null without a rate.
   Arguments: amount (decimal of which 4 decimals count), rate (decimal: base currency per unit, rate_to_base of int_profiles__currency_rates_ranged)
   Example:   {{ amount_in_base('orders.net_amount', 'rates.rate_to_base') }} as net_amount_base #}
{% macro amount_in_base(amount, rate) -%}
    {{ round_decimal(exact_product(amount, 'cast(' ~ rate ~ ' as numeric(18, 8))', 4), 12, 4) }}
{%- endmacro %}
