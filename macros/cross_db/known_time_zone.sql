{# Whether a text is the name of a time zone that both engines know: 'UTC', 'GMT', or Area/City of the tz database.
   Abbreviations, legacy names (Turkey, US/Eastern) and offsets are not, since the engines disagree about them.
   The engine's own list is read once per query and use: about 50 ms on PostgreSQL, about 5 ms on DuckDB.
   Arguments: expr (text)
   Example:   where not {{ known_time_zone('timezone') }} #}
{% macro known_time_zone(expr) -%}
    ({{ matches_regex(expr, '^(?:UTC|GMT|(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/.+)$') }}
        and {{ expr }} in (select time_zones.name from {{ adapter.dispatch('time_zones', 'tekil')() }} as time_zones))
{%- endmacro %}

{% macro default__time_zones() -%}
    pg_timezone_names
{%- endmacro %}

{% macro postgres__time_zones() -%}
    {{ tekil.default__time_zones() }}
{%- endmacro %}

{% macro duckdb__time_zones() -%}
    pg_timezone_names()
{%- endmacro %}
