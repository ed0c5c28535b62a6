{# A customer whose gender the CRM (S4) tells has one, and from no other source: nothing that was told is dropped on the way (P1, P2).
   The records are followed through the record map by hand. #}
with

record_map as (

    select * from {{ ref('record_map') }}

),

told as (

    select record_map.customer_id
    from {{ ref('stg_crm__contacts') }} as contacts
    inner join record_map
        on record_map.source = 'crm'
        and record_map.table_name = 'contacts'
        and record_map.record_id = contacts.contact_id
    where contacts.gender is not null
        and coalesce(contacts.updated_at, contacts.created_at, {{ as_of() }}) <= {{ as_of() }}

),

traits as (

    select * from {{ ref('customer_traits') }}
    where trait = 'gender'

)

select told.customer_id
from told
left join traits on told.customer_id = traits.customer_id
where traits.customer_id is null
