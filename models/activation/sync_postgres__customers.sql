{# What a table in another database of the shop holds, for store staff and the contact centre. #}
with

payload as (

    {{ customer_payload('sync_postgres__customers') }}

)

select * from payload
