{# Microseconds since 1970 of a UTC timestamp, as an integer: the one text form of a time that every engine writes alike.
   Arguments: moment (expression, timestamp)
   Example:   md5(campaign_id || {{ epoch_microseconds('occurred_at') }}) #}
{% macro epoch_microseconds(moment) -%}
    {{ return(adapter.dispatch('epoch_microseconds', 'tekil')(moment)) }}
{%- endmacro %}

{% macro default__epoch_microseconds(moment) -%}
    cast(extract(epoch from {{ moment }}) * 1000000 as bigint)
{%- endmacro %}

{% macro duckdb__epoch_microseconds(moment) -%}
    epoch_us({{ moment }})
{%- endmacro %}
