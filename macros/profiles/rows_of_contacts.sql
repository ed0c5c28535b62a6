{# The rows of a landed table that may be of a contact point that int_profiles__contacts_touched lists: those whose recipient was ever read as one, and those that bear it as it is.
   Some are of others too; who they are of is told by the model that reads them.
   Arguments: raw_name (name of the table in raw)
   Errors:    a table that is not known here stops the build with a sentence.
   Example:   select * from {{ tekil.rows_of_contacts('consent__records') }} #}
{% macro rows_of_contacts(raw_name) %}
    {% if raw_name != 'consent__records' %}
        {{ exceptions.raise_compiler_error("consents are read from raw." ~ raw_name ~ ", which macros/profiles/rows_of_contacts.sql does not know: add there what tells whose a row is") }}
    {% endif %}
    {% set told %}
        (
            select *
            from {{ source('raw', raw_name) }}
            where recipient in (
                select evidence.origin
                from {{ ref('int_staging__evidence_unioned') }} as evidence
                inner join {{ ref('int_staging__identifiers_keyed') }} as keyed
                    on evidence.identifier_type = keyed.identifier_type
                    and evidence.identifier_value = keyed.identifier_value
                inner join {{ ref('int_profiles__contacts_touched') }} as listed on keyed.identifier_key = listed.contact_key
                where
                    evidence.source = 'consent'
                    and evidence.table_name = 'records'

                union all

                {# a token or an id is no evidence, and stands in the registry as it is #}
                select keyed.identifier_value
                from {{ ref('int_staging__identifiers_keyed') }} as keyed
                inner join {{ ref('int_profiles__contacts_touched') }} as listed on keyed.identifier_key = listed.contact_key
                where keyed.identifier_type in ('push_token', 'anonymous_id', 'account_id', 'device_id')
            )
        ) as {{ raw_name }}
    {% endset %}
    {{ return(told) }}
{% endmacro %}
