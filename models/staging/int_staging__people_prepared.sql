{# People as probabilistic linking compares them (I3): one spelling per fact, whatever the source calls it. Holds plain values: staging only.
   The content hash says whether a record has changed since it was last compared; it is keyed, since a bare hash of a name and a day of birth
   can be undone by trying.
   A view: a linking run reads it once, and a run of the models only where there are likenesses to be found in it. #}
{%- set text = dbt.type_string() %}
{%- set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{%- set compared = ['first_name', 'last_name', 'gender', 'email', 'phone', 'street', 'house_number', 'district', 'city', 'postal_code', 'country', 'birth_date'] %}

with

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_shop__customers') }}

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

users as (

    select * from {{ ref('stg_zendesk__users') }}

),

salts as (

    select * from {{ source('raw', 'identifier_salt') }}

),

people as (

    select
        'crm' as source,
        'contacts' as table_name,
        cast(contact_id as {{ text }}) as record_id,
        first_name as given_names,
        last_name as family_name,
        gender,
        email_match as email,
        phone,
        street,
        district,
        city,
        postal_code,
        country,
        birth_date
    from contacts

    union all

    select
        'shop' as source,
        'customers' as table_name,
        cast(record_id as {{ text }}) as record_id,
        first_name as given_names,
        last_name as family_name,
        {{ nothing }} as gender,
        email_match as email,
        phone,
        {{ nothing }} as street,
        {{ nothing }} as district,
        city,
        {{ nothing }} as postal_code,
        country,
        cast(null as date) as birth_date
    from accounts

    union all

    select
        'mailchimp' as source,
        'members' as table_name,
        cast(member_id as {{ text }}) as record_id,
        first_name as given_names,
        last_name as family_name,
        {{ nothing }} as gender,
        email_match as email,
        phone,
        {{ nothing }} as street,
        {{ nothing }} as district,
        {{ nothing }} as city,
        {{ nothing }} as postal_code,
        {{ nothing }} as country,
        cast(null as date) as birth_date
    from members

    union all

    select
        'zendesk' as source,
        'users' as table_name,
        cast(zendesk_user_id as {{ text }}) as record_id,
        full_name as given_names,
        {{ nothing }} as family_name,
        {{ nothing }} as gender,
        email_match as email,
        phone,
        {{ nothing }} as street,
        {{ nothing }} as district,
        {{ nothing }} as city,
        {{ nothing }} as postal_code,
        {{ nothing }} as country,
        cast(null as date) as birth_date
    from users

),

folded as (

    select
        source,
        table_name,
        record_id,
        {{ normalise_name('given_names') }} as given_names,
        {{ normalise_name('family_name') }} as family_name,
        gender,
        email,
        phone,
        {# a comma parts an address, so the rule for "Last, First" must not see it #}
        {{ normalise_name("replace(street, ',', ' ')") }} as street,
        {{ normalise_name("replace(district, ',', ' ')") }} as district,
        {{ normalise_name("replace(city, ',', ' ')") }} as city,
        {{ empty_to_null(rewrite(fold_letters('postal_code'), [['[.]0$', ''], ['[^a-z0-9]+', '']])) }} as postal_code,
        country,
        birth_date
    from people

),

{# a source with one field for the whole name: its last word is the family name #}
parted as (

    select
        source,
        table_name,
        record_id,
        case
            when family_name is null then {{ rewrite('given_names', [[' [^ ]+$', '']]) }}
            else given_names
        end as first_name,
        case
            when family_name is null and given_names like '% %' then {{ rewrite('given_names', [['^.* ', '']]) }}
            else family_name
        end as last_name,
        gender,
        email,
        {{ rewrite('email', [['@.*$', '']]) }} as email_user,
        {{ rewrite('email', [['^.*@', '']]) }} as email_domain,
        phone,
        street,
        {{ keep_match(rewrite('street', [['^[^0-9]*([0-9]+) ?([a-z]?)( .*|$)', '\\1\\2']]), '^[0-9]+[a-z]?$') }} as house_number,
        district,
        city,
        postal_code,
        country,
        birth_date
    from folded

),

hashed as (

    select
        ---------- ids
        parted.source,
        parted.table_name,
        parted.record_id,
        {{ keyed_hash(
            "'person'",
            "(coalesce(cast(parted." ~ compared | join(" as " ~ text ~ "), '') || '|' || coalesce(cast(parted.") ~ " as " ~ text ~ "), ''))",
            'salts.salt'
        ) }} as content_hash,

        ---------- strings
        parted.first_name,
        parted.last_name,
        parted.gender,
        parted.email,
        parted.email_user,
        parted.email_domain,
        parted.phone,
        parted.street,
        parted.house_number,
        parted.district,
        parted.city,
        parted.postal_code,
        parted.country,

        ---------- dates
        parted.birth_date
    from parted
    cross join salts

)

select * from hashed
