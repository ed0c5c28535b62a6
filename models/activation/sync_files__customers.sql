{# The list of customers that leaves as a file. #}
with

payload as (

    {{ customer_payload('sync_files__customers') }}

)

select * from payload
