{# What a webhook is told of each customer who has agreed to e-mail or messages. #}
with

payload as (

    {{ customer_payload('sync_webhook__customers') }}

)

select * from payload
