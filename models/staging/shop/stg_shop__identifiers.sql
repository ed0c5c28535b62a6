{# One row per evidence and identifier that it names: identifiers seen in one evidence belong to one person, unless a guard of the identity layer refuses. #}
with

customers as (

    select * from {{ ref('stg_shop__customers') }}

),

customers_evidence as (

    select
        'shop' as source,
        'customers' as table_name,
        cast(record_id as {{ dbt.type_string() }}) as record_id,
        cast(record_id as {{ dbt.type_string() }}) as origin,
        cast(record_id as {{ dbt.type_string() }}) as evidence_id,
        'web' as channel,
        account_id,
        email_match,
        phone,
        {{ given_name_key('first_name') }} as given_name,
        cast(null as date) as birth_date,
        created_at as first_seen_at,
        coalesce(updated_at, created_at) as last_seen_at
    from customers

),

orders as (

    select * from {{ ref('stg_shop__orders') }}

),

orders_evidence as (

    select
        'shop' as source,
        'orders' as table_name,
        cast(order_id as {{ dbt.type_string() }}) as record_id,
        cast(order_id as {{ dbt.type_string() }}) as origin,
        cast(order_id as {{ dbt.type_string() }}) as evidence_id,
        channel,
        account_id,
        email_match,
        phone,
        cast(null as text) as given_name,
        cast(null as date) as birth_date,
        ordered_at as first_seen_at,
        ordered_at as last_seen_at
    from orders

),

unpivoted as (

    {{ unpivot_identifiers('customers_evidence', {'account_id': 'account_id', 'email': 'email_match', 'phone': 'phone'}, own='account_id') }}

    union all

    {{ unpivot_identifiers('orders_evidence', {'account_id': 'account_id', 'email': 'email_match', 'phone': 'phone'}, own=none) }}

)

select * from unpivoted
