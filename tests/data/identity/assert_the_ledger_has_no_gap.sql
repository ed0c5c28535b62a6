{# Each entry of the ledger takes up where the identifier's last one left it: a rebuild that forgot an entry would break the chain (I6). #}
with

ledger as (

    select * from {{ ref('identity_changes') }}

),

walked as (

    select
        identifier_key,
        build_number,
        from_customer_id,
        lag(to_customer_id) over (
            partition by identifier_key
            order by build_number
        ) as customer_id_before
    from ledger

)

select *
from walked
where from_customer_id is distinct from customer_id_before
