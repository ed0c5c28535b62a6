{# Where evidence comes from: of each landed table the expressions, over its columns in raw, that give the origin of a row, the value by which all evidence that
   a row is part of is found again. It must equal the column origin of stg_<source>__identifiers. All landed rows of one origin
   are read again when one of them has changed, so it should be as fine as one record or one recipient.
   Returns:  list of {source, table_name, origins}; a row has as many origins as there are expressions that are not null
   Example:  {% for table in tekil.evidence_origins() %} #}
{% macro evidence_origins() %}
    {% set tracker = ['coalesce(anonymous_id, ' ~ strip_blanks('user_id') ~ ')', "case when type = 'alias' then previous_id end"] %}
    {{ return([
        {'source': 'tracker', 'table_name': 'events', 'origins': tracker},
        {'source': 'shop', 'table_name': 'customers', 'origins': ['id']},
        {'source': 'shop', 'table_name': 'orders', 'origins': ['id']},
        {'source': 'pos', 'table_name': 'receipts', 'origins': ['receipt_id']},
        {'source': 'crm', 'table_name': 'contacts', 'origins': ['contact_id']},
        {'source': 'mailchimp', 'table_name': 'members', 'origins': ['id']},
        {'source': 'mailchimp', 'table_name': 'email_activity', 'origins': ['email_address']},
        {'source': 'messaging', 'table_name': 'sends', 'origins': ['recipient']},
        {'source': 'zendesk', 'table_name': 'users', 'origins': ['id']},
        {'source': 'google_analytics', 'table_name': 'events', 'origins': ['user_pseudo_id']},
        {'source': 'sprout_social', 'table_name': 'messages', 'origins': ['guid']},
        {'source': 'consent', 'table_name': 'records', 'origins': ['recipient']},
    ]) }}
{% endmacro %}
