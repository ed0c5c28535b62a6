{# The quarter of an hour that a moment lies in, by its beginning. Every time zone now in use is off UTC by whole quarters, so all
   moments of one quarter have the same local date and hour.
   Arguments: expr (timestamp in UTC)
   Example:   {{ quarter_hour('occurred_at') }} as quarter_at #}
{% macro quarter_hour(expr) -%}
    {{ adapter.dispatch('quarter_hour', 'tekil')(expr) }}
{%- endmacro %}

{% macro default__quarter_hour(expr) -%}
    date_bin('15 minutes', {{ expr }}, timestamp '2000-01-01 00:00:00')
{%- endmacro %}

{% macro postgres__quarter_hour(expr) -%}
    {{ tekil.default__quarter_hour(expr) }}
{%- endmacro %}

{% macro duckdb__quarter_hour(expr) -%}
    time_bucket(interval '15 minutes', {{ expr }}, timestamp '2000-01-01 00:00:00')
{%- endmacro %}
