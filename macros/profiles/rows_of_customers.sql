{# The rows of a landed table that may be of a customer whom int_profiles__customers_touched lists: those that name an identifier, a recipient
   or a record of theirs. Some are of others too; who they are of is told by the model that reads them.
   Arguments: raw_name (name of the table in raw)
   Errors:    a table that is not known here stops the build with a sentence.
   Example:   select * from {{ tekil.rows_of_customers('google_analytics__events') }} #}
{% macro rows_of_customers(raw_name) %}
    {% set conditions = {
        'google_analytics__events': ['user_pseudo_id in ' ~ tekil.identifiers_of_customers('ga_client_id'), tekil.written_accounts_of_customers('google_analytics__events')],
        'mailchimp__email_activity': ['email_address in ' ~ tekil.recipients_of_customers('mailchimp', 'email_activity'), 'email_id in ' ~ tekil.identifiers_of_customers('mailchimp_member_id')],
        'messaging__sends': ['recipient in ' ~ tekil.recipients_of_customers('messaging', 'sends')],
        'messaging__receipts': ['message_id in (select message_id from ' ~ source('raw', 'messaging__sends') ~ ' where recipient in ' ~ tekil.recipients_of_customers('messaging', 'sends') ~ ')'],
        'zendesk__tickets': ['requester_id in ' ~ tekil.records_of_customers('zendesk', 'users')],
        'sprout_social__messages': ['guid in ' ~ tekil.records_of_customers('sprout_social', 'messages')],
    } %}
    {% if raw_name not in conditions %}
        {{ exceptions.raise_compiler_error("events are read from raw." ~ raw_name ~ ", which macros/profiles/rows_of_customers.sql does not know: add the columns there that tell whose a row is") }}
    {% endif %}
    {{ return('(select * from ' ~ source('raw', raw_name) ~ ' where ' ~ conditions[raw_name] | join(' or ') ~ ') as ' ~ raw_name) }}
{% endmacro %}
