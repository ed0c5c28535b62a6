{# Microseconds from one timestamp to another, as a bigint; negative when the second is earlier.
   Arguments: earlier, later (timestamps without zone)
   Example:   {{ microseconds_between('started_at', 'ended_at') }} as microseconds #}
{% macro microseconds_between(earlier, later) -%}
    {{ adapter.dispatch('microseconds_between', 'tekil')(earlier, later) }}
{%- endmacro %}

{% macro default__microseconds_between(earlier, later) -%}
    cast(extract(epoch from cast({{ later }} as timestamp) - cast({{ earlier }} as timestamp)) * 1000000 as bigint)
{%- endmacro %}

{% macro postgres__microseconds_between(earlier, later) -%}
    {{ tekil.default__microseconds_between(earlier, later) }}
{%- endmacro %}

{% macro duckdb__microseconds_between(earlier, later) -%}
    (epoch_us(cast({{ later }} as timestamp)) - epoch_us(cast({{ earlier }} as timestamp)))
{%- endmacro %}
