{# The purpose for which a sync_ model's rows leave, as seeds/rules/destinations.csv says.
   Arguments: model_name (name of the sync_ model)
   Example:   where contacts.purpose = {{ delivery_purpose('sync_mailchimp__members') }} #}
{% macro delivery_purpose(model_name) -%}
    (select min(destinations.purpose) from {{ ref('destinations') }} as destinations where destinations.sync_model = '{{ model_name }}')
{%- endmacro %}
